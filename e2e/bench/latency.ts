/**
 * From a pod's change to its condition, as somebody sees it who watches pods: so many pods change each second, all
 * different ones; first their sidecars crash, then they run again. Each change is one condition and one Event to write.
 *
 * Clients change pods at their pace, however slow the answers are. How soon the same watch shows the change itself tells
 * what of the time is the API server's.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { availableParallelism } from 'node:os';
import { CONDITION_TYPE } from '../../src/core/audit/condition-text.ts';
import { parseJsonLines } from '../../src/kube/watch-lines.ts';
import { eventually } from '../scenarios/cluster.ts';
import type { BenchCluster } from './cluster.ts';
import { BenchController } from './controller.ts';
import { crashedStatus, mendedStatus } from './corpus-pod.ts';
import type { CorpusPod } from './corpus.ts';
import { atMost, progress, type Part, type Row } from './part.ts';
import { machineCpuMs } from './proc.ts';
import { quantile, spread } from './statistics.ts';

/** The first for what a change takes where machine and API server have time, the second is the goal's. */
const RATES = [10, 100];
const GOAL_RATE = 100;
/** Of breaking pods, and then of mending them. */
const SECONDS = 12;
const MOST_P50_MS = 25;
const MOST_P99_MS = 100;
const WAIT_MS = 60_000;

/** What happens to one pod, in milliseconds of performance.now(). */
interface Change {
  readonly wanted: 'True' | 'False';
  readonly sent: number;
  acknowledged?: number;
  /** The watch shows the pod's own change. */
  shown?: number;
  /** The watch shows the condition that follows from it. */
  judged?: number;
}

export const latency: Part = {
  name: 'latency',
  run: async (bench) => {
    const cluster = await bench.cluster();
    await cluster.judged();
    const controller = BenchController.start(cluster.plane.kubeconfig);
    const observer = await Observer.start(cluster);
    try {
      await controller.ready();
      const rows: Row[] = [];
      for (const rate of RATES) rows.push(...(await rowsAt(rate, { cluster, controller, observer })));
      return rows;
    } finally {
      await observer.stop();
      await controller.stop();
    }
  },
};

interface Players {
  readonly cluster: BenchCluster;
  readonly controller: BenchController;
  readonly observer: Observer;
}

interface Spent {
  readonly controllerMs: number;
  readonly serverMs: number;
  readonly machineMs: number;
  readonly writes: number;
}

async function rowsAt(rate: number, players: Players): Promise<readonly Row[]> {
  progress(`${rate} changes of pods a second, for ${2 * SECONDS} s`);
  const { cluster, observer } = players;
  const before = await spent(players);
  const begun = performance.now();
  const changes = [
    ...(await changeAll(rate, cluster, observer, crashedStatus, 'False')),
    ...(await changeAll(rate, cluster, observer, mendedStatus, 'True')),
  ];
  const wall = performance.now() - begun;
  const after = await spent(players);
  const acknowledged = changes.map(({ acknowledged: from = 0, judged = 0 }) => judged - from);
  const sent = changes.map(({ sent: from, judged = 0 }) => judged - from);
  const own = changes.map(({ sent: from, shown = 0 }) => shown - from);
  const p50 = quantile(acknowledged, 0.5);
  const p99 = quantile(acknowledged, 0.99);
  const each = (of: 'controllerMs' | 'serverMs'): string =>
    ((after[of] - before[of]) / changes.length).toFixed(1);
  const busy = (after.machineMs - before.machineMs) / (wall * availableParallelism());
  const measure = `pod change to condition visible, ${rate}/s`;
  const withGoal = rate === GOAL_RATE;
  return [
    {
      measure: `${measure}: p50`,
      figure: `${p50.toFixed(1)} ms`,
      ...(withGoal ? atMost(p50, MOST_P50_MS, 'ms') : {}),
      detail: `from the answer to the change: ${spread(acknowledged)}; from its sending: ${spread(sent)}`,
    },
    {
      measure: `${measure}: p99`,
      figure: `${p99.toFixed(1)} ms`,
      ...(withGoal ? atMost(p99, MOST_P99_MS, 'ms') : {}),
      detail:
        `the change itself is visible after: ${spread(own)}; writes ${after.writes - before.writes}; CPU a change: ` +
        `API server ${each('serverMs')} ms, controller ${each('controllerMs')} ms; machine ${(busy * 100).toFixed(0)} % busy`,
    },
  ];
}

async function spent({ cluster, controller }: Players): Promise<Spent> {
  return {
    controllerMs: controller.cpuMs,
    serverMs: await cluster.serverCpuMs(),
    machineMs: machineCpuMs(),
    writes: await controller.writes(),
  };
}

/** Changes the first pods of the corpus, `rate` of them a second, and waits until all conditions say what is wanted. */
async function changeAll(
  rate: number,
  cluster: BenchCluster,
  observer: Observer,
  statusOf: (pod: CorpusPod) => object,
  wanted: Change['wanted'],
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  const answers: Promise<void>[] = [];
  const begun = performance.now();
  for (const pod of cluster.pods.slice(0, rate * SECONDS)) {
    await sleep(begun + changes.length * (1000 / rate) - performance.now());
    const change: Change = { wanted, sent: performance.now() };
    changes.push(change);
    observer.expect(pod, change);
    answers.push(
      cluster.patchStatus(pod, statusOf(pod)).then(() => {
        change.acknowledged = performance.now();
      }),
    );
  }
  await Promise.all(answers);
  await observer.done(changes);
  return changes;
}

interface SeenPod {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Somebody who watches pods. */
class Observer {
  readonly #expected = new Map<string, Change>();
  readonly #stopping: AbortController;
  readonly #watching: Promise<void>;

  private constructor(chunks: AsyncIterable<Uint8Array>, stopping: AbortController) {
    this.#stopping = stopping;
    this.#watching = this.#watch(chunks).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });
  }

  static async start(cluster: BenchCluster): Promise<Observer> {
    const from = await cluster.revision();
    const path = `/api/v1/pods?watch=true&resourceVersion=${from}`;
    const stopping = new AbortController();
    return new Observer(await cluster.connections.read(path, stopping.signal), stopping);
  }

  expect({ namespace, name }: CorpusPod, change: Change): void {
    this.#expected.set(`${namespace}/${name}`, change);
  }

  async done(changes: readonly Change[]): Promise<void> {
    const missing = (): number => changes.filter(({ judged }) => judged === undefined).length;
    const all = (): Promise<true | undefined> => Promise.resolve(missing() === 0 ? true : undefined);
    await eventually('every change has its condition', all, WAIT_MS).catch((cause: unknown) => {
      throw new Error(`${missing()} of ${changes.length} changes have no condition`, { cause });
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  async #watch(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const event of parseJsonLines(chunks)) {
      this.#see((event as { readonly object: SeenPod }).object);
    }
  }

  #see({ metadata: { namespace, name }, status: { conditions = [] } }: SeenPod): void {
    const change = this.#expected.get(`${namespace}/${name}`);
    if (change === undefined) return;
    const now = performance.now();
    change.shown ??= now;
    const condition = conditions.find(({ type }) => type === CONDITION_TYPE);
    if (condition?.status === change.wanted) change.judged ??= now;
  }
}
