/**
 * `-o sarif`: SARIF 2.1.0, which code scanning reads. A finding of a pod is a result at the place of its cause, and one at the
 * pod and no place for pods of a cluster; what is wrong with a configuration is one result.
 *
 * Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
 */
import { catalogueEntry, type FindingName } from '../../core/audit/catalogue.ts';
import type { Severity } from '../../core/audit/catalogue/entry.ts';
import { checkConfig } from '../../core/audit/checks/config.ts';
import { findingIdentity } from '../../core/audit/condition-text.ts';
import type { Finding } from '../../core/audit/finding.ts';
import { visibleJson } from '../../core/audit/quote.ts';
import { VERSION } from '../../version.ts';
import { placeOf, type ConfigTexts, type FilePlace } from '../place.ts';
import { shownName, type AuditResult, type JudgedPod } from './report-document.ts';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };
const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

export function sarifText({ configs, pods, configTexts = new Map() }: AuditResult): string {
  const results = [
    ...configs.flatMap(checkConfig).map((finding) => resultOf(finding, undefined, configTexts)),
    ...pods.flatMap((judged) =>
      judged.report.findings
        .filter(({ scope }) => scope === 'pod')
        .map((finding) => resultOf(finding, judged, configTexts)),
    ),
  ];
  const names = [...new Set(results.map(({ name }) => name))];
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'osm-auditor', semanticVersion: VERSION, rules: names.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: results.map(({ name, result }) => ({ ...result, ruleIndex: names.indexOf(name) })),
      },
    ],
  };
  return visibleJson(`${JSON.stringify(log, null, 2)}\n`);
}

function ruleOf(name: FindingName): object {
  const { code, title, meaning, cause, remedy, severity } = catalogueEntry(name);
  return {
    id: code,
    name,
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: { text: `${meaning}\n\n${cause}\n\n${remedy}` },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function resultOf(
  finding: Finding,
  judged: JudgedPod | undefined,
  configTexts: ConfigTexts,
): { readonly name: FindingName; readonly result: object } {
  const { code, name, severity, message, fix, evidence } = finding;
  const pod = judged === undefined ? '' : `${judged.report.namespace}/${shownName(judged)}`;
  const place = placeOf(finding, judged?.text, configTexts);
  const location = {
    ...(place === undefined ? {} : { physicalLocation: physical(place) }),
    ...(pod === '' ? {} : { logicalLocations: [{ fullyQualifiedName: pod, kind: 'resource' }] }),
  };
  // Of what differs from the configuration the other half stands there.
  const config = judged === undefined ? undefined : placeOf(finding, undefined, configTexts);
  const related =
    config === undefined
      ? []
      : [{ id: 1, message: { text: evidence.source }, physicalLocation: physical(config) }];
  return {
    name,
    result: {
      ruleId: code,
      level: LEVELS[severity],
      message: { text: `${pod === '' ? '' : `${pod}: `}${message} Fix: ${fix}` },
      locations: Object.keys(location).length === 0 ? [] : [location],
      ...(related.length === 0 ? {} : { relatedLocations: related }),
      partialFingerprints: { 'finding/v1': `${findingIdentity(finding)} ${pod}` },
    },
  };
}

/** Paths as they were typed are relative to where the command ran; standard input has none. */
function physical({ file, line }: FilePlace): object {
  const path = file.split('/').map(encodeURIComponent).join('/');
  const uri = path.startsWith('/') ? `file://${path}` : path;
  return { artifactLocation: { uri }, region: { startLine: line } };
}
