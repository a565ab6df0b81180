/**
 * A clock that stands still until a test moves it. `advance` wakes the sleepers in the order of their dates and lets
 * what they set off run before the next one, so that chains of timers behave as in real time.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../kube/clock.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock {
  #monotonic = 0;
  /** What the wall clock shows beyond the monotonic one. */
  #offset: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now = 1_000_000) {
    this.#offset = now;
  }

  now(): number {
    return this.#monotonic + this.#offset;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Sets the wall clock forward, or back, without any time passing. */
  jump(ms: number): void {
    this.#offset += ms;
  }

  /** Lets time pass while the process is stopped: nobody wakes before the next `advance`. */
  freeze(ms: number): void {
    this.#monotonic += ms;
  }

  /** Sets the wall clock to a date. */
  set(now: number): void {
    this.#offset = now - this.#monotonic;
  }

  /** How many sleep at the moment. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const interrupt = (): void => {
        this.#sleepers.delete(sleeper);
        reject(new Error('interrupted', { cause: signal?.reason }));
      };
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', interrupt);
        resolve();
      };
      const sleeper = { due: this.#monotonic + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', interrupt, { once: true });
      if (signal?.aborted) interrupt();
    });
  }

  async advance(ms: number): Promise<void> {
    const target = this.#monotonic + ms;
    await settle();
    for (let next = this.#earliest(); next !== undefined && next.due <= target; next = this.#earliest()) {
      this.#monotonic = Math.max(this.#monotonic, next.due);
      next.wake();
      await settle();
    }
    this.#monotonic = target;
  }

  #earliest(): Sleeper | undefined {
    return [...this.#sleepers].sort((a, b) => a.due - b.due)[0];
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}
