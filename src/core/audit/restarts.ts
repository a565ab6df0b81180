/**
 * Which workloads need a restart, rolled up: one edit of the configuration concerns all pods of a workload alike, and one
 * command mends them.
 */
import type { Report } from './report.ts';

export interface Restart {
  /** `kubectl -n test rollout restart deployment/web` */
  readonly fix: string;
  readonly pods: number;
  /** The findings that it mends, by code. */
  readonly codes: readonly string[];
}

const RESTART = ' rollout restart ';

/** The workload with the most pods first. */
export function restartsFor(reports: readonly Report[]): readonly Restart[] {
  const found = new Map<string, { pods: number; readonly codes: Set<string> }>();
  for (const { findings } of reports) {
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
