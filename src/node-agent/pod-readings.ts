/**
 * What the kernel was last seen to hold for each pod of the node, and the reading of it.
 *
 * Guarantees
 * - A reading is answered only for the run of osm-init that it came after.
 * - A pod without a process is looked at a second time, a little later, before that is believed: the kubelet may be making
 *   its sandbox anew. Of one that is ending it is no news.
 * - Asking for many at once costs one scan of the processes.
 * - A reading that throws leaves the one before in its place once; the next one is taken for the truth.
 * Limits: knows neither the mesh nor the API; the caller says which pods to read, and forgets those that are gone.
 */
import { podKey, type Pod } from '../core/osm/pod.ts';
import type { Clock } from '../kube/clock.ts';
import { describeError } from '../kube/describe-error.ts';
import { initRunOf } from './init-run.ts';
import type { KernelReader } from '../kernel/kernel.ts';
import type { NatReading } from '../kernel/nat-reader.ts';
import type { ProcessScan } from '../kernel/processes.ts';
import { saySame } from './nat-reading.ts';
import { SharedScan } from './shared-scan.ts';

export interface PodReadingsOptions {
  readonly kernel: KernelReader;
  readonly clock: Clock;
  /** The pod of the key as it is now; undefined when it is gone. */
  readonly pod: (key: string) => Pod | undefined;
  readonly onRead: (result: ReadResult) => void;
}

export type ReadResult = NatReading['kind'] | Extract<NatReading, { readonly why: string }>['why'] | 'error';

export interface PodReading {
  readonly run: string;
  /** When it began, by the monotonic clock. */
  readonly at: number;
  readonly nat: NatReading;
}

/** What came of reading several pods, by their keys. */
export interface Round {
  /** Judged by what is known now they may have another verdict. */
  readonly changed: readonly string[];
  readonly failures: ReadonlyMap<string, unknown>;
}

/** A sandbox is made within seconds. */
const LOOK_AGAIN_MS = 5000;

export class PodReadings {
  readonly #options: PodReadingsOptions;
  readonly #scan: SharedScan<ProcessScan>;
  readonly #readings = new Map<string, PodReading>();
  /** How often the last readings of a pod have thrown. */
  readonly #failures = new Map<string, number>();

  constructor(options: PodReadingsOptions) {
    this.#options = options;
    this.#scan = new SharedScan(() => options.kernel.scan());
  }

  /** The last reading since osm-init of this pod ended. */
  of(pod: Pod): PodReading | undefined {
    const reading = this.#readings.get(podKey(pod));
    return reading?.run === initRunOf(pod) ? reading : undefined;
  }

  /** Whether osm-init has ended and its run was not read, or not without a failure. */
  isOwed(pod: Pod): boolean {
    if (initRunOf(pod) === undefined) return false;
    return this.of(pod) === undefined || this.#failures.has(podKey(pod));
  }

  get all(): readonly PodReading[] {
    return [...this.#readings.values()];
  }

  /**
   * Reads the pods; those whose osm-init has not ended are left out.
   *
   * @param signal ends the wait for a second look: then nothing is said of whoever waits
   */
  async read(pods: readonly Pod[], signal: AbortSignal): Promise<Round> {
    const wanted = pods.filter((pod) => initRunOf(pod) !== undefined);
    const first = await this.#look(wanted);
    const absent = wanted.filter((pod) => isAbsent(first.get(pod)?.nat) && !isAbsent(this.of(pod)?.nat));
    if (absent.length === 0) return this.#keep(first);
    const present = [...first].filter(([pod]) => !absent.includes(pod));
    const kept = this.#keep(new Map(present));
    const waited = await this.#options.clock.sleep(LOOK_AGAIN_MS, signal).then(
      () => true,
      () => false,
    );
    if (!waited) return kept;
    const second = this.#keep(await this.#look(absent));
    return {
      changed: [...kept.changed, ...second.changed],
      failures: new Map([...kept.failures, ...second.failures]),
    };
  }

  forget(key: string): void {
    this.#readings.delete(key);
    this.#failures.delete(key);
  }

  async #look(pods: readonly Pod[]): Promise<ReadonlyMap<Pod, Looked>> {
    if (pods.length === 0) return new Map();
    const { kernel, clock } = this.#options;
    const at = clock.monotonic();
    const looked = new Map<Pod, Looked>();
    try {
      const scan = await this.#scan.fresh();
      const one = async (pod: Pod): Promise<void> => {
        try {
          looked.set(pod, { at, nat: await kernel.read(scan.pods.get(pod.uid), scan) });
        } catch (failure) {
          looked.set(pod, { at, failure });
        }
      };
      // The reader itself takes a few at a time.
      await Promise.all(pods.map(one));
    } catch (failure) {
      for (const pod of pods) looked.set(pod, { at, failure });
    }
    return looked;
  }

  #keep(looked: ReadonlyMap<Pod, Looked>): Round {
    const changed: string[] = [];
    const failures = new Map<string, unknown>();
    for (const [pod, look] of looked) {
      const key = podKey(pod);
      const run = initRunOf(pod);
      this.#options.onRead(resultOf(look));
      const now = this.#options.pod(key);
      // Gone, or another one by now, or osm-init runs again: of that nothing was read.
      if (run === undefined || now === undefined || initRunOf(now) !== run) continue;
      if ('failure' in look) failures.set(key, look.failure);
      const nat = this.#believed(key, now, look);
      if (nat === undefined) continue;
      const before = this.#readings.get(key);
      if (before !== undefined && before.at > look.at) continue;
      this.#readings.set(key, { run, at: look.at, nat });
      if (before?.run !== run || !saySame(before.nat, nat)) changed.push(key);
    }
    return { changed, failures };
  }

  /** undefined where what was read before stands. */
  #believed(key: string, now: Pod, look: Looked): NatReading | undefined {
    if ('failure' in look) {
      const count = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, count);
      const reason = `reading its kernel fails: ${describeError(look.failure)}`;
      return count === 1 ? undefined : { kind: 'unreadable', why: 'failed', reason };
    }
    this.#failures.delete(key);
    return isAbsent(look.nat) && now.terminating ? undefined : look.nat;
  }
}

type Looked =
  | { readonly at: number; readonly nat: NatReading }
  | { readonly at: number; readonly nat?: undefined; readonly failure: unknown };

function isAbsent(nat: NatReading | undefined): boolean {
  return nat?.kind === 'unreadable' && nat.why === 'no-process';
}

function resultOf(look: Looked): ReadResult {
  if ('failure' in look) return 'error';
  return look.nat.kind === 'unreadable' ? look.nat.why : look.nat.kind;
}
