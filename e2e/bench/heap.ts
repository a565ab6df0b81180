/** What each pod costs in memory for as long as it is there: the controller's heap with all pods less that with none. */
import { runChild } from './child-process.ts';
import type { BenchCluster } from './cluster.ts';
import { atMost, progress, type Part } from './part.ts';
import { median } from './statistics.ts';

const ROUNDS = 3;
export const MOST_BYTES_A_POD = 1000;

export interface Held {
  /** On the heap and outside of it, after garbage collection. */
  readonly bytes: number;
  readonly pods: number;
  readonly verified: number;
  readonly writes: number;
}

export function measureHeap(kubeconfig: string): Promise<Held> {
  return runChild<Held>('heap', [kubeconfig], { nodeArgs: ['--expose-gc'] });
}

let empty: number | undefined;

export const heap: Part = {
  name: 'heap',
  onEmptyCluster: async (cluster) => {
    progress('heap of a controller without pods');
    empty = await heapOf(cluster, 0);
  },
  run: async (bench) => {
    const cluster = await bench.cluster();
    await cluster.judged();
    progress('heap of a controller with all pods');
    const full = await heapOf(cluster, cluster.pods.length);
    const eachPod = (full - (empty ?? Number.NaN)) / cluster.pods.length;
    return [
      {
        measure: 'steady heap, a pod',
        figure: `${eachPod.toFixed(0)} bytes`,
        ...atMost(eachPod, MOST_BYTES_A_POD, 'bytes'),
        detail:
          `heap and external memory after gc, medians of ${ROUNDS}: ${megabytes(full)} with ` +
          `${cluster.pods.length} pods, ${megabytes(empty ?? Number.NaN)} with none`,
      },
    ];
  },
};

async function heapOf(cluster: BenchCluster, pods: number): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const held = await measureHeap(cluster.plane.kubeconfig);
    if (held.pods !== pods) throw new Error(`the controller knows ${held.pods} pods, not ${pods}`);
    all.push(held.bytes);
  }
  return median(all);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
