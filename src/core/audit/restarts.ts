/**
 * Which workloads need a restart, rolled up: one edit of the configuration concerns all pods of a workload alike, and one
 * command mends them.
 */
import type { FindingName } from './catalogue.ts';
import type { Report } from './report.ts';

export interface Restart {
  /** `kubectl -n test rollout restart deployment/web` */
  readonly fix: string;
  readonly pods: number;
  /** The findings that it mends, by code. */
  readonly codes: readonly string[];
}

const RESTART = ' rollout restart ';
/** With these a new pod would not start, or would have neither sidecar nor rules. */
const IN_THE_WAY: ReadonlySet<FindingName> = new Set<FindingName>([
  'RecreationWillFail',
  'PortAnnotationInvalid',
  'RangeAnnotationInvalid',
  'ConfigExecutes',
  'InjectedUnasked',
  'InjectorMissing',
]);

/** The workload with the most pods first. */
export function restartsFor(reports: readonly Report[]): readonly Restart[] {
  const found = new Map<string, { pods: number; readonly codes: Set<string> }>();
  for (const { findings } of reports) {
    if (findings.some(({ name }) => IN_THE_WAY.has(name))) continue;
    const mended = findings.filter(({ effect, fix }) => effect === 'Discrepant' && fix.includes(RESTART));
    for (const fix of new Set(mended.map((finding) => finding.fix))) {
      const restart = found.get(fix) ?? { pods: 0, codes: new Set() };
      restart.pods += 1;
      for (const finding of mended) if (finding.fix === fix) restart.codes.add(finding.code);
      found.set(fix, restart);
    }
  }
  return [...found]
    .map(([fix, { pods, codes }]) => ({ fix, pods, codes: [...codes].sort() }))
    .sort((a, b) => b.pods - a.pods || a.fix.localeCompare(b.fix));
}
