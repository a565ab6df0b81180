/** The memory of the bundled process, run as the Deployment runs it, from its start until it is ready. */
import { performance } from 'node:perf_hooks';
import { BenchController, manifestNodeOptions } from './controller.ts';
import { atMost, progress, type Part } from './part.ts';
import { median } from './statistics.ts';

const ROUNDS = 3;
const MOST_MEGABYTES = 130;
const MEGABYTE = 1e6;

export const memory: Part = {
  name: 'memory',
  run: async (bench) => {
    const cluster = await bench.cluster();
    const { firstRunMs } = await cluster.judged();
    const peaks: number[] = [];
    const steady: number[] = [];
    const readyMs: number[] = [];
    const cpuMs: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`bundled controller on the full cluster, round ${round} of ${ROUNDS}`);
      const begun = performance.now();
      const controller = BenchController.start(cluster.plane.kubeconfig);
      try {
        await controller.ready();
        readyMs.push(performance.now() - begun);
        cpuMs.push(controller.cpuMs);
        const { peakBytes, bytes } = controller.memory;
        peaks.push(peakBytes / MEGABYTE);
        steady.push(bytes / MEGABYTE);
      } finally {
        await controller.stop();
      }
    }
    const peak = median(peaks);
    return [
      {
        measure: 'peak RSS from start until ready',
        figure: `${peak.toFixed(0)} MB`,
        ...atMost(peak, MOST_MEGABYTES, 'MB'),
        detail:
          `median of ${ROUNDS} (${peaks.map((each) => each.toFixed(0)).join(', ')}); when ready ` +
          `${median(steady).toFixed(0)} MB; NODE_OPTIONS=${manifestNodeOptions() || '(none)'}`,
      },
      {
        measure: 'start of the bundle until ready, all pods judged',
        figure: `${(median(readyMs) / 1000).toFixed(2)} s`,
        detail: `median of ${ROUNDS}; ${(median(cpuMs) / 1000).toFixed(2)} s CPU, all of the process`,
      },
      {
        measure: 'the same until the condition of every pod is written',
        figure: `${(firstRunMs / 1000).toFixed(1)} s`,
        detail: `once; ${(cluster.pods.length / (firstRunMs / 1000)).toFixed(0)} writes/s`,
      },
    ];
  },
};
