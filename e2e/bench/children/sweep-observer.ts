/** Follows the controller from outside through a sweep, by what it counts in its metrics. */
import process from 'node:process';
import { performance } from 'node:perf_hooks';
import type { Metrics } from '../../../src/metrics/metrics.ts';

/** Times in milliseconds of performance.now(); undefined until it happens. */
export class SweepObserver {
  readonly #pods: number;
  #seenAt: number | undefined;
  #judgedAt: number | undefined;
  #judged = 0;
  #writes = 0;
  #lastAt = 0;
  #cpu = process.cpuUsage();

  /** @param pods how many judgements make a sweep */
  constructor(pods: number) {
    this.#pods = pods;
  }

  /** Begins to count. */
  watch({ workqueueAdds, auditDuration, conditionPatches, eventsTotal }: Metrics): void {
    spyOn(workqueueAdds, 'inc', (now) => (this.#seenAt ??= now));
    spyOn(auditDuration, 'observe', (now) => {
      this.#lastAt = now;
      this.#judged += 1;
      if (this.#judged === this.#pods) this.#judgedAt = now;
    });
    for (const counter of [conditionPatches, eventsTotal]) {
      spyOn(counter, 'inc', (now) => {
        this.#lastAt = now;
        this.#writes += 1;
      });
    }
  }

  /** Forgets what was counted: the next change begins. */
  reset(): void {
    this.#seenAt = this.#judgedAt = undefined;
    this.#judged = this.#writes = 0;
    this.#lastAt = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /** When something was judged or written last. */
  get lastAt(): number {
    return this.#lastAt;
  }

  get change(): Change {
    const seen = this.#seenAt ?? Number.NaN;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      ms: (this.#judgedAt ?? Number.NaN) - seen,
      judged: this.#judged,
      writes: this.#writes,
      allMs: this.#lastAt - seen,
      cpuMs: (user + system) / 1000,
    };
  }
}

export interface Change {
  /** From the notice of the change to the last judgement. */
  readonly ms: number;
  readonly judged: number;
  /** Condition patches and Events. */
  readonly writes: number;
  /** To the last judgement or write. */
  readonly allMs: number;
  /** CPU time of the process since `reset`, the writes included. */
  readonly cpuMs: number;
}

/** Calls `also` with the time at each call of the method. */
function spyOn<K extends string>(
  object: Record<K, (...args: never[]) => unknown>,
  method: K,
  also: (now: number) => unknown,
): void {
  const original = object[method].bind(object) as (...args: unknown[]) => unknown;
  object[method] = (...args) => {
    also(performance.now());
    return original(...args);
  };
}
