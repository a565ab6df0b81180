/** `osm-auditor check`: judges pods once, from files or from the cluster, and those that manifests describe. */
import { gather } from '../../controller/gatherer.ts';
import { audit } from '../../core/audit/audit.ts';
import { configurationsOf } from '../../core/audit/configurations.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import { prospectOf } from '../../core/audit/prospect.ts';
import type { Pod } from '../../core/osm/pod.ts';
import { formatNamed, PLACING } from '../output/formats.ts';
import { summarise, type JudgedPod } from '../output/report-document.ts';
import { findSubjects } from '../find-subjects.ts';
import { manifestsToJudge } from '../judge-manifests.ts';
import type { Selection } from '../subjects.ts';
import { checkChange } from './check-change.ts';
import { judgingOf } from '../judging-options.ts';
import { EXIT, type Terminal } from '../terminal.ts';

export interface CheckOptions extends Selection {
  readonly output: string;
  /** Files with the configuration as it would be; see check-change.ts. */
  readonly with: readonly string[];
}

/** @returns 0 when every pod is Verified or NotApplicable, 1 when one is Discrepant, else 3 */
export async function check(options: CheckOptions, terminal: Terminal): Promise<number> {
  if (options.with.length > 0) return checkChange(options, terminal);
  const format = formatNamed(options.output);
  const {
    pods,
    manifests = [],
    around,
    configTexts = new Map(),
  } = await findSubjects(options, terminal, { texts: PLACING.includes(options.output), manifests: true });
  const settings = judgingOf(options);
  const inputFor = (pod: Pod): AuditInput => gather(pod, around, settings, terminal.now());
  const judged: readonly JudgedPod[] = [
    ...pods.map(({ pod, ...from }) => ({ report: audit(inputFor(pod)), ...from })),
    ...manifestsToJudge(manifests, pods, inputFor).map(({ manifest, former }) => {
      const { pod, kind, source, text } = manifest;
      const { report } = prospectOf(inputFor(pod), former);
      return { report, source, predicted: kind, ...(text === undefined ? {} : { text }) };
    }),
  ];
  terminal.out(format({ configs: configurationsOf(around.configs()), pods: judged, configTexts }));
  const { discrepant, unknown } = summarise(judged);
  if (discrepant > 0) return EXIT.discrepant;
  return unknown > 0 ? EXIT.unknown : EXIT.good;
}
