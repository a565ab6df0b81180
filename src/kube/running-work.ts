/**
 * What is being worked on: since when, and whether for too long.
 *
 * Guarantees
 * - Work that takes longer than `timeoutMs` is asked to give up, once, through its signal, and a warning is logged. It
 *   goes on being work under way until it ends: nothing can stop it, and to begin the same again beside it would be
 *   worse.
 * - Work that never ends is visible: `unfinished` counts it as long as it lasts.
 * Limits: one timer watches all of it, because a timer for each would cost more than most work does.
 */
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

export interface RunningWorkOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
}

/** One piece of work. */
export interface Run {
  readonly key: string;
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Aborts when the work has taken too long, or cannot be waited for any longer. */
  readonly signal: AbortSignal;
}

/** In milliseconds; 0 when nothing is under way. */
export interface Unfinished {
  /** Time spent until now on all that is under way. */
  readonly totalMs: number;
  /** Time spent until now on the oldest of it. */
  readonly longestMs: number;
}

interface Watched extends Run {
  readonly abort: AbortController;
}

export class RunningWork {
  readonly #options: RunningWorkOptions;
  /** The oldest first. */
  readonly #runs = new Map<string, Watched>();
  /** Stops the timer; undefined when there is none. */
  #watch: AbortController | undefined;

  constructor(options: RunningWorkOptions) {
    this.#options = options;
  }

  /** Begins work on a key, which must not be under way. */
  begin(key: string): Run {
    const abort = new AbortController();
    const run = { key, startedAt: this.#options.clock.monotonic(), signal: abort.signal, abort };
    this.#runs.set(key, run);
    if (this.#watch === undefined) void this.#watchTimes();
    return run;
  }

  end({ key }: Run): void {
    this.#runs.delete(key);
  }

  get unfinished(): Unfinished {
    const now = this.#options.clock.monotonic();
    const times = [...this.#runs.values()].map(({ startedAt }) => Math.max(0, now - startedAt));
    return { totalMs: times.reduce((sum, ms) => sum + ms, 0), longestMs: Math.max(0, ...times) };
  }

  /** Asks all that is under way to give up. */
  abort(reason: Error): void {
    for (const { abort } of this.#runs.values()) abort.abort(reason);
  }

  /** Stops the timer until work begins again; for when nothing is under way. */
  rest(): void {
    this.#watch?.abort();
    this.#watch = undefined;
  }

  /** Lasts until nothing is left that could take too long, or `rest`. */
  async #watchTimes(): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    const watch = new AbortController();
    this.#watch = watch;
    for (let next = this.#nextToTime(); next !== undefined; next = this.#nextToTime()) {
      const ms = Math.min(next.startedAt + timeoutMs - clock.monotonic(), timeoutMs);
      if (ms <= 0) this.#timeOut(next);
      // Only `rest` ends this sleep early, and then there is nothing left to watch.
      else if (
        !(await clock.sleep(ms, watch.signal).then(
          () => true,
          () => false,
        ))
      )
        return;
    }
    this.#watch = undefined;
  }

  /** The oldest work that has not been asked to give up. */
  #nextToTime(): Watched | undefined {
    for (const run of this.#runs.values()) if (!run.signal.aborted) return run;
    return undefined;
  }

  #timeOut({ key, abort }: Watched): void {
    const { logger, timeoutMs } = this.#options;
    logger.warn('work takes too long and was asked to give up; its key is held until it ends', {
      key,
      timeoutMs,
    });
    abort.abort(new Error(`not done after ${timeoutMs / 1000} s`));
  }
}
