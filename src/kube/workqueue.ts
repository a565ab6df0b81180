/**
 * Keys waiting to be reconciled.
 *
 * Guarantees
 * - A key waits at most once and is never worked on twice at the same time; a key added while it is worked on is
 *   worked on again afterwards, so the last change is always seen.
 * - Failures are retried with exponential backoff for each key, without end; a success forgets them.
 * - Higher priority first, first come first served within a priority; timers and other I/O get their turn between
 *   two keys, however long the queue is.
 * Limits: the queue is bounded by the number of distinct keys, and lives in memory only.
 */
import PQueue from 'p-queue';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';

/**
 * Brings the world in line for one key. Resolves when there is nothing more to do, or asks to be called again later;
 * a rejection is a failure and is retried. `signal` aborts when the process cannot wait any longer.
 */
export type Process = (key: string, signal: AbortSignal) => Promise<Requeue | undefined>;

export interface Requeue {
  readonly requeueAfterMs: number;
}

export type WorkResult = 'success' | 'error' | 'requeued';

/** For metrics; times in milliseconds. Its methods must not throw. */
export interface WorkQueueObserver {
  /** A key was put in line; not called for one that already waits. */
  added(): void;
  started(queueMs: number): void;
  finished(result: WorkResult, workMs: number): void;
  /** A failed key will be tried again. */
  retried(): void;
}

export interface WorkQueueOptions {
  readonly process: Process;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer?: WorkQueueObserver;
  /** Keys worked on at the same time; 4 by default. */
  readonly concurrency?: number;
  /** Wait after the first failure in milliseconds, doubled with each further one; 5 by default. */
  readonly baseDelayMs?: number;
  /** Longest wait after a failure in milliseconds; 5 minutes by default. */
  readonly maxDelayMs?: number;
  /** A number in [0, 1); Math.random by default. */
  readonly random?: () => number;
}

// Node fires a longer timer at once; a run that comes early is harmless, a tight loop of runs is not.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What is known of a key that waits, runs, is due later or has failed; other keys are not remembered. */
interface Item {
  phase: 'resting' | 'waiting' | 'running';
  priority: number;
  /** When it was put in line, ms since the epoch. */
  since: number;
  /** Added while running: run again, with this priority. */
  again: { priority: number; since: number } | undefined;
  failures: number;
  timer: Timer | undefined;
}

interface Timer {
  readonly due: number;
  readonly cancel: AbortController;
  /** Set by the queue itself after a failure; nobody but the failure asked for it, so a success revokes it. */
  retry: boolean;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #queue: PQueue;
  readonly #items = new Map<string, Item>();
  readonly #abort = new AbortController();
  #stopped = false;

  /** Work begins with `start`. */
  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#queue = new PQueue({ concurrency: options.concurrency ?? 4, autoStart: false });
  }

  start(): void {
    if (!this.#stopped) this.#queue.start();
  }

  /** Keys waiting in line; neither those being worked on nor those due later. */
  get depth(): number {
    return this.#queue.size;
  }

  /** The keys waiting in line, for whoever must know when they have had their turn. */
  waitingKeys(): string[] {
    return [...this.#items].filter(([, item]) => item.phase === 'waiting').map(([key]) => key);
  }

  /** Puts a key in line; one that already waits moves up if the priority is higher than its own. */
  add(key: string, { priority = 0 }: { readonly priority?: number } = {}): void {
    if (this.#stopped) return;
    const item = this.#item(key);
    switch (item.phase) {
      case 'running':
        if (item.again === undefined) {
          item.again = { priority, since: this.#options.clock.now() };
          this.#options.observer?.added();
        } else item.again.priority = Math.max(item.again.priority, priority);
        return;
      case 'waiting':
        if (priority <= item.priority) return;
        item.priority = priority;
        this.#queue.setPriority(key, priority);
        return;
      case 'resting':
        this.#options.observer?.added();
        this.#enqueue(key, item, priority, this.#options.clock.now());
    }
  }

  /** Adds a key `ms` milliseconds from now; a key has one such date, and the earliest wins. */
  addAfter(key: string, ms: number): void {
    if (!this.#stopped) this.#schedule(key, this.#item(key), ms, false);
  }

  /** Resolves when no key waits or is worked on; keys due later do not count. */
  idle(): Promise<void> {
    return this.#queue.onIdle();
  }

  /** Takes no more work, drops what waits, and resolves when what is being worked on has finished. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.clear();
    for (const item of this.#items.values()) item.timer?.cancel.abort();
    this.#items.clear();
    await this.#queue.onIdle();
  }

  /** Asks the work under way to give up. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  #item(key: string): Item {
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const fresh: Item = {
      phase: 'resting',
      priority: 0,
      since: 0,
      again: undefined,
      failures: 0,
      timer: undefined,
    };
    this.#items.set(key, fresh);
    return fresh;
  }

  #enqueue(key: string, item: Item, priority: number, since: number): void {
    item.phase = 'waiting';
    item.priority = priority;
    item.since = since;
    // #run handles every failure, so this promise has nothing to tell; a cleared queue never settles it.
    void this.#queue.add(() => this.#run(key, item), { id: key, priority });
  }

  #schedule(key: string, item: Item, ms: number, retry: boolean): void {
    if (this.#stopped) return;
    const due = this.#options.clock.now() + ms;
    if (item.timer !== undefined && item.timer.due <= due) {
      // Somebody else relies on the earlier date now: a success must not revoke it.
      item.timer.retry &&= retry;
      return;
    }
    item.timer?.cancel.abort();
    const timer: Timer = { due, cancel: new AbortController(), retry };
    item.timer = timer;
    const wait = async (): Promise<void> => {
      await this.#options.clock.sleep(Math.min(ms, MAX_TIMER_MS), timer.cancel.signal);
      item.timer = undefined;
      this.add(key);
    };
    void wait().catch((error: unknown) => {
      if (!timer.cancel.signal.aborted)
        this.#options.logger.error('a timer failed', { key, error: describeError(error) });
    });
  }

  async #run(key: string, item: Item): Promise<void> {
    const { clock, observer, process } = this.#options;
    item.phase = 'running';
    await setImmediate();
    if (this.#stopped) return;
    item.again = undefined; // what was added until now is seen by this run
    const startedAt = clock.now();
    observer?.started(startedAt - item.since);
    let result: WorkResult;
    try {
      const requeueAfterMs = (await process(key, this.#abort.signal))?.requeueAfterMs;
      this.#succeeded(item);
      if (requeueAfterMs !== undefined) this.#schedule(key, item, requeueAfterMs, false);
      result = requeueAfterMs === undefined ? 'success' : 'requeued';
    } catch (error) {
      this.#failed(key, item, error);
      result = 'error';
    }
    observer?.finished(result, clock.now() - startedAt);
    this.#settle(key, item);
  }

  #succeeded(item: Item): void {
    item.failures = 0;
    if (item.timer?.retry !== true) return;
    item.timer.cancel.abort();
    item.timer = undefined;
  }

  #failed(key: string, item: Item, error: unknown): void {
    const { baseDelayMs = 5, maxDelayMs = 300_000, logger, observer, random = Math.random } = this.#options;
    item.failures += 1;
    const full = Math.min(maxDelayMs, baseDelayMs * 2 ** (item.failures - 1));
    const retryInMs = full / 2 + (random() * full) / 2;
    logger.warn('reconcile failed', { key, error: describeError(error), failures: item.failures, retryInMs });
    if (this.#stopped) return;
    observer?.retried();
    this.#schedule(key, item, retryInMs, true);
  }

  #settle(key: string, item: Item): void {
    if (this.#stopped) return;
    item.phase = 'resting';
    const { again } = item;
    item.again = undefined;
    if (again !== undefined) this.#enqueue(key, item, again.priority, again.since);
    else if (item.timer === undefined && item.failures === 0) this.#items.delete(key);
  }
}
