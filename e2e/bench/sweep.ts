/** A change of the configuration: how soon every pod is judged anew, and whether only pods that changed are written. */
import { runChild } from './child-process.ts';
import type { Change } from './children/sweep-observer.ts';
import { CHANGED_PODS } from './corpus.ts';
import { atMost, progress, type Part, type Row } from './part.ts';
import { median } from './statistics.ts';

const MOST_MS = 250;
/** The condition of each pod that changes, and one Event about all of them. */
const WRITES = CHANGED_PODS + 1;

export const sweep: Part = {
  name: 'sweep',
  run: async (bench) => {
    const cluster = await bench.cluster();
    await cluster.judged();
    progress('changing the configuration');
    const { reworded, changed } = await runChild<{ reworded: Change[]; changed: Change[] }>('sweep', [
      cluster.plane.kubeconfig,
      String(cluster.pods.length),
    ]);
    return [
      rows('configuration reworded', reworded, 0),
      rows(`configuration changed for ${CHANGED_PODS}`, changed, WRITES),
    ].flat();
  },
};

function rows(what: string, changes: readonly Change[], writesWanted: number): readonly Row[] {
  const ms = median(changes.map((change) => change.ms));
  const writes = changes.map((change) => change.writes);
  const written = median(changes.map(({ allMs }) => allMs));
  return [
    {
      measure: `${what}: all pods judged`,
      figure: `${ms.toFixed(0)} ms`,
      ...atMost(ms, MOST_MS, 'ms'),
      detail: `median of ${changes.length} (${changes.map((change) => change.ms.toFixed(0)).join(', ')}); ${median(changes.map(({ judged }) => judged))} judgements, ${median(changes.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms CPU with all that follows`,
    },
    {
      measure: `${what}: writes`,
      figure: writes.join(', '),
      goal: String(writesWanted),
      reached: writes.every((each) => each === writesWanted),
      detail:
        writesWanted === 0
          ? 'nothing changes for any pod'
          : `a condition each and one Event; the last after ${(written / 1000).toFixed(1)} s`,
    },
  ];
}
