/** The AuditReport: the one object that `check -o json` and `-o yaml` print, as docs/command-line.md describes it. */
import { checkConfig, isValid } from '../../core/audit/checks/config.ts';
import type { Finding } from '../../core/audit/finding.ts';
import type { PodRules } from '../../core/audit/pod-rules.ts';
import { restartsFor } from '../../core/audit/restarts.ts';
import type { Report, Status } from '../../core/audit/report.ts';
import { describeOrigin, type Origin, type SourceObject } from '../input/source-object.ts';
import type { ConfigTexts } from '../place.ts';
import { plain, statusText, type Styled, type StyledText } from '../styled-text.ts';
import type { ConfigLookup } from '../../core/osm/mesh-config.ts';

/** A report, and the place in a file that its pod was read from. */
export interface JudgedPod {
  readonly report: Report;
  readonly source: Origin | undefined;
  /** The kind of object that describes a pod which is only to be created: `Deployment`. */
  readonly predicted?: string;
  /** For formats that name places; see subjects.ts. */
  readonly text?: SourceObject;
  /** For formats that show rules. */
  readonly rules?: PodRules;
}

export interface AuditResult {
  /** One of each mesh; the first is what `config` shows. */
  readonly configs: readonly ConfigLookup[];
  readonly pods: readonly JudgedPod[];
  readonly configTexts?: ConfigTexts;
  /** When the pods were judged, in milliseconds since the epoch. */
  readonly at?: number;
}

export interface Summary {
  readonly pods: number;
  readonly verified: number;
  readonly discrepant: number;
  readonly unknown: number;
  readonly notApplicable: number;
  /** Those of the pods that are only to be created, where there are some; a workload counts once. */
  readonly predicted?: number;
}

/** `web-0`, or `deployment/web` where the pod is only to be created. */
export function shownName({ report: { name }, predicted }: JudgedPod): string {
  return predicted === undefined ? name : `${predicted.toLowerCase()}/${name}`;
}

export function summarise(pods: readonly JudgedPod[]): Summary {
  const count = (status: Status): number => pods.filter(({ report }) => report.status === status).length;
  const predicted = pods.filter((each) => each.predicted !== undefined).length;
  return {
    pods: pods.length,
    verified: count('Verified'),
    discrepant: count('Discrepant'),
    unknown: count('Unknown'),
    notApplicable: count('NotApplicable'),
    ...(predicted === 0 ? {} : { predicted }),
  };
}

/** `2 pods: 1 verified, 1 discrepant, 0 unknown, 0 not applicable` */
export function summaryLine(summary: Summary): string {
  return plain(styledSummary(summary));
}

/** The same, with the colours of what there is. */
export function styledSummary({
  pods,
  verified,
  discrepant,
  unknown,
  notApplicable,
  predicted,
}: Summary): StyledText {
  const count = (status: Status, number: number, words: string): string | Styled => {
    const text = `${number} ${words}`;
    return number === 0 ? text : statusText(status, text);
  };
  return [
    `${pods} ${pods === 1 ? 'pod' : 'pods'}: `,
    count('Verified', verified, 'verified'),
    ', ',
    count('Discrepant', discrepant, 'discrepant'),
    ', ',
    count('Unknown', unknown, 'unknown'),
    ', ',
    count('NotApplicable', notApplicable, 'not applicable'),
    predicted === undefined ? '' : ` (${predicted} predicted)`,
  ];
}

/** Plain data, ready for a serializer. */
export function reportDocument({ configs, pods }: AuditResult): object {
  const [first] = configs;
  return {
    apiVersion: 'osm-auditor/v1',
    kind: 'AuditReport',
    ...(first === undefined ? {} : { config: configDocument(first) }),
    ...(configs.length > 1 ? { configs: configs.map(configDocument) } : {}),
    summary: summarise(pods),
    pods: pods.map(({ report, source, predicted }) => ({
      namespace: report.namespace,
      name: report.name,
      uid: report.uid,
      ...(predicted === undefined ? {} : { predicted: true, kind: predicted }),
      ...(source === undefined ? {} : { source: describeOrigin(source) }),
      status: report.status,
      dialect: report.dialect ?? null,
      findings: report.findings.map(findingDocument),
    })),
    restarts: restartsFor(pods.map(({ report }) => report)),
  };
}

function configDocument(config: ConfigLookup): object {
  return {
    source: config.kind === 'found' ? config.config.source : null,
    valid: config.kind === 'found' && isValid(config.config),
    findings: checkConfig(config).map(findingDocument),
  };
}

export function findingDocument({ code, name, severity, message, fix, evidence }: Finding): object {
  return { code, reason: name, severity, message, fix, evidence };
}
