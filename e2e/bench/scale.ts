/** Whether memory grows with the number of pods and no faster: a controller on a server that lists up to 50,000. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child-process.ts';
import { measureHeap, megabytes, MOST_BYTES_A_POD, type Held } from './heap.ts';
import { atMost, progress, type Part } from './part.ts';

/** Upon the few of the first size, which bring the code to life that judges them. */
const SIZES = [500, 10_000, 20_000, 30_000, 40_000, 50_000] as const;
/** How much more a pod may cost among the most than among few, and memory still counts as growing with the pods. */
const MOST_GROWTH = 1.1;

export const scale: Part = {
  name: 'scale',
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'osm-auditor-bench-'));
    try {
      const heaps: Held[] = [];
      for (const pods of SIZES) {
        progress(`${pods} pods in memory`);
        heaps.push(await heapOf(pods, join(folder, `${pods}.kubeconfig`)));
      }
      const [base, ...others] = heaps;
      if (base === undefined) throw new Error('there are no sizes');
      const costs = others.map(({ bytes, pods }) => (bytes - base.bytes) / (pods - base.pods));
      const most = others.at(-1)?.pods ?? 0;
      const eachPod = costs.at(-1) ?? Number.NaN;
      const growth = eachPod / (costs[0] ?? Number.NaN);
      return [
        {
          measure: `heap, a pod of ${most.toLocaleString('en')}`,
          figure: `${eachPod.toFixed(0)} bytes`,
          ...atMost(eachPod, MOST_BYTES_A_POD, 'bytes'),
          detail: heaps.map(({ pods, bytes }) => `${pods / 1000}k ${megabytes(bytes)}`).join(', '),
        },
        {
          measure: `the same / a pod of ${(others[0]?.pods ?? 0).toLocaleString('en')}`,
          figure: `${growth.toFixed(2)} x`,
          ...atMost(growth, MOST_GROWTH, 'x'),
          detail: `bytes a pod at each size: ${costs.map((each) => each.toFixed(0)).join(', ')}`,
        },
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function heapOf(pods: number, kubeconfig: string): Promise<Held> {
  const stop = await startChild('list-server', [String(pods), kubeconfig]);
  try {
    const held = await measureHeap(kubeconfig);
    if (held.pods !== pods || held.verified !== pods || held.writes > 0)
      throw new Error(
        `of ${pods} pods ${held.pods} are known and ${held.verified} Verified; ${held.writes} writes`,
      );
    return held;
  } finally {
    await stop();
  }
}
