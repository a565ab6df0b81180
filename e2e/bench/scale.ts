/** Whether memory grows with the number of pods and no faster: a controller on a server that lists up to 50,000. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child-process.ts';
import { measureHeap, megabytes, MOST_BYTES_A_POD, type Held } from './heap.ts';
import { atMost, progress, type Part } from './part.ts';

const SIZES = [0, 10_000, 20_000, 30_000, 40_000, 50_000] as const;
/** How much more the dearest step may cost than the cheapest, and memory still counts as growing with the pods. */
const MOST_UNEVEN = 1.25;

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
      const steps = heaps.slice(1).map((held, i) => {
        const before = heaps[i];
        if (before === undefined) throw new Error('the first size has no step');
        return (held.bytes - before.bytes) / (held.pods - before.pods);
      });
      const first = heaps[0];
      const last = heaps.at(-1);
      if (first === undefined || last === undefined) throw new Error('there are no sizes');
      const eachPod = (last.bytes - first.bytes) / last.pods;
      const uneven = Math.max(...steps) / Math.min(...steps);
      return [
        {
          measure: `heap, a pod of ${last.pods.toLocaleString('en')}`,
          figure: `${eachPod.toFixed(0)} bytes`,
          ...atMost(eachPod, MOST_BYTES_A_POD, 'bytes'),
          detail: heaps.map(({ pods, bytes }) => `${pods / 1000}k ${megabytes(bytes)}`).join(', '),
        },
        {
          measure: 'the same, dearest / cheapest 10,000 of them',
          figure: `${uneven.toFixed(2)} x`,
          ...atMost(uneven, MOST_UNEVEN, 'x'),
          detail: `bytes a pod, step by step: ${steps.map((each) => each.toFixed(0)).join(', ')}`,
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
