/**
 * What each pod costs in memory for as long as it is there: a controller's heap with all pods less that with a few, since
 * the first ones bring the code to life that judges them.
 */
import { runChild } from './child-process.ts';
import type { BenchCluster } from './cluster.ts';
import { atMost, progress, type Part } from './part.ts';
import { median } from './statistics.ts';

const ROUNDS = 3;
/** Of which the controller with few pods has one. */
const SHARDS = 20;
export const MOST_BYTES_A_POD = 1000;

export interface Held {
  /** On the heap and outside of it, after garbage collection. */
  readonly bytes: number;
  readonly pods: number;
  readonly verified: number;
  readonly writes: number;
}

/** @param shards the controller is the first of so many */
export function measureHeap(kubeconfig: string, shards = 1): Promise<Held> {
  return runChild<Held>('heap', [kubeconfig, String(shards)], { nodeArgs: ['--expose-gc'] });
}

export const heap: Part = {
  name: 'heap',
  run: async (bench) => {
    const cluster = await bench.cluster();
    await cluster.judged();
    progress('heap of a controller with few pods');
    const few = await heldBy(cluster, SHARDS);
    progress('heap of a controller with all pods');
    const all = await heldBy(cluster, 1);
    const eachPod = (all.bytes - few.bytes) / (all.pods - few.pods);
    return [
      {
        measure: 'steady heap, a pod',
        figure: `${eachPod.toFixed(0)} bytes`,
        ...atMost(eachPod, MOST_BYTES_A_POD, 'bytes'),
        detail:
          `heap and external memory after gc, medians of ${ROUNDS}: ${megabytes(all.bytes)} with ${all.pods} pods, ` +
          `${megabytes(few.bytes)} with ${few.pods}`,
      },
    ];
  },
};

async function heldBy(cluster: BenchCluster, shards: number): Promise<Pick<Held, 'bytes' | 'pods'>> {
  const all: Held[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    all.push(await measureHeap(cluster.plane.kubeconfig, shards));
  const { pods } = all[0] ?? { pods: 0 };
  if (shards === 1 && pods !== cluster.pods.length)
    throw new Error(`the controller knows ${pods} pods, not ${cluster.pods.length}`);
  return { bytes: median(all.map(({ bytes }) => bytes)), pods };
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
