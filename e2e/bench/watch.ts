/** Replaying the changes of all pods: our informer beside a client that only counts the lines of the same watch. */
import { runChild } from './child-process.ts';
import type { Cost } from './children/measure.ts';
import { atLeast, progress, type Part } from './part.ts';
import { median } from './statistics.ts';

const ROUNDS = 7;
const LEAST_PERCENT = 90;

interface Replay extends Cost {
  readonly events: number;
}

export const watch: Part = {
  name: 'watch',
  run: async (bench) => {
    const cluster = await bench.cluster();
    const { beforeStatuses } = await cluster.filled();
    const count = String(cluster.pods.length);
    const args = [cluster.plane.kubeconfig, beforeStatuses, count];
    const bytes: Replay[] = [];
    const inform: Replay[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`watch replay, round ${round} of ${ROUNDS}`);
      const first = round % 2 === 0;
      if (first) inform.push(await runChild('watch-inform', args));
      bytes.push(await runChild('watch-bytes', args));
      if (!first) inform.push(await runChild('watch-inform', args));
    }
    const rate = (replays: readonly Replay[]): number =>
      median(replays.map(({ events, wallMs }) => (events / wallMs) * 1000));
    const cpu = (replays: readonly Replay[]): string =>
      ((median(replays.map(({ cpuMs }) => cpuMs)) / cluster.pods.length) * 1000).toFixed(0);
    const percent = (rate(inform) / rate(bytes)) * 100;
    return [
      {
        measure: 'watch replay, events/s / those of a byte counter',
        figure: `${percent.toFixed(0)} %`,
        ...atLeast(percent, LEAST_PERCENT, '%'),
        detail:
          `medians of ${ROUNDS}: ${rate(inform).toFixed(0)} and ${rate(bytes).toFixed(0)} events/s; ` +
          `CPU ${cpu(inform)} and ${cpu(bytes)} us an event`,
      },
    ];
  },
};
