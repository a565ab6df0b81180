/**
 * Keys waiting to be reconciled.
 *
 * Guarantees
 * - A key waits at most once and is never worked on twice at the same time; a key added while it is worked on is
 *   worked on again afterwards, so the last change is always seen.
 * - Failures are retried with exponential backoff for each key, without end; a success forgets them. A key that waits
 *   for its retry is worked on at once when it is added again.
 * - Higher priority first, first come first served within a priority. What a run leaves to do, a retry or a later date,
 *   keeps the priority of the run.
 * - Work that takes longer than `timeoutMs` is asked to give up. Until it ends nothing else is begun for its key, and its
 *   place among `concurrency` stays taken: it shows in `unfinished`. How it ends then counts, as for all work.
 * - Timers and other I/O get their turn after a few milliseconds of work, however long the queue is (time-slice.ts).
 * Limits: the queue is bounded by the number of distinct keys, and lives in memory only.
 */
import PQueue from 'p-queue';
import type { Clock } from './clock.ts';
import { DelayedKeys } from './delayed-keys.ts';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';
import { PriorityLines } from './priority-lines.ts';
import { RunningWork, type Unfinished } from './running-work.ts';
import { TimeSlice } from './time-slice.ts';

/**
 * Brings the world in line for one key. Resolves when there is nothing more to do, or asks to be called again later;
 * a rejection is a failure and is retried. `signal` aborts when the work takes too long, or the process cannot wait any
 * longer; whoever ignores it holds the key.
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

export interface Priority {
  /** Higher goes first; 0 by default. */
  readonly priority?: number;
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
  /** Time that work on one key may take before it is asked to give up, in milliseconds; one minute by default. */
  readonly timeoutMs?: number;
  /** A number in [0, 1); Math.random by default. */
  readonly random?: () => number;
}

/** What is known of a key that waits, runs or has failed; other keys are not remembered. */
interface Item {
  /** Starting: taken from the line, but the work waits for its time slice; what is added now is seen by it. */
  phase: 'resting' | 'waiting' | 'starting' | 'running';
  priority: number;
  /** When it was put in line, by the monotonic clock. */
  since: number;
  /** Added while running: run again, with this priority. */
  again: { priority: number; since: number } | undefined;
  failures: number;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #queue: PQueue<PriorityLines>;
  readonly #items = new Map<string, Item>();
  readonly #delayed: DelayedKeys;
  readonly #running: RunningWork;
  readonly #slice = new TimeSlice();
  #stopped = false;

  /** Work begins with `start`. */
  constructor(options: WorkQueueOptions) {
    const { clock, logger, concurrency = 4, timeoutMs = 60_000 } = options;
    this.#options = options;
    this.#queue = new PQueue({ concurrency, autoStart: false, queueClass: PriorityLines });
    this.#delayed = new DelayedKeys({
      clock,
      logger,
      onDue: (key, priority) => this.add(key, { priority }),
    });
    this.#running = new RunningWork({ clock, logger, timeoutMs });
    this.#queue.on('idle', () => this.#running.rest());
  }

  start(): void {
    if (!this.#stopped) this.#queue.start();
  }

  /** Keys waiting in line; neither those being worked on nor those due later. */
  get depth(): number {
    return this.#queue.size;
  }

  /** The time spent until now on what is being worked on. */
  get unfinished(): Unfinished {
    return this.#running.unfinished;
  }

  /** The keys that have not had their turn, for whoever must know when they have had it. */
  waitingKeys(): string[] {
    return [...this.#items]
      .filter(([, { phase }]) => phase === 'waiting' || phase === 'starting')
      .map(([key]) => key);
  }

  /** Puts a key in line; one that already waits moves up if the priority is higher than its own. */
  add(key: string, { priority = 0 }: Priority = {}): void {
    if (this.#stopped) return;
    const item = this.#item(key);
    switch (item.phase) {
      case 'running':
        if (item.again === undefined) {
          item.again = { priority, since: this.#options.clock.monotonic() };
          this.#options.observer?.added();
        } else item.again.priority = Math.max(item.again.priority, priority);
        return;
      case 'starting':
        item.priority = Math.max(item.priority, priority);
        return;
      case 'waiting':
        if (priority <= item.priority) return;
        item.priority = priority;
        this.#queue.setPriority(key, priority);
        return;
      case 'resting':
        this.#options.observer?.added();
        this.#enqueue(key, item, priority, this.#options.clock.monotonic());
    }
  }

  /** Whether the key is being worked on at this moment, by what was true when that began. */
  isRunning(key: string): boolean {
    return this.#items.get(key)?.phase === 'running';
  }

  /** Adds a key `ms` milliseconds from now; a key has one such date, and the earliest wins. */
  addAfter(key: string, ms: number, { priority = 0 }: Priority = {}): void {
    if (!this.#stopped) this.#delayed.add(key, { ms, priority, retry: false });
  }

  /** Resolves when no key waits or is worked on; keys due later do not count. */
  idle(): Promise<void> {
    return this.#queue.onIdle();
  }

  /** Takes no more work, drops what waits, and resolves when what is being worked on has finished. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.clear();
    this.#delayed.clear();
    this.#items.clear();
    await this.#queue.onIdle();
  }

  /** Asks the work under way to give up. */
  abort(reason: Error): void {
    this.#running.abort(reason);
  }

  #item(key: string): Item {
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const fresh: Item = { phase: 'resting', priority: 0, since: 0, again: undefined, failures: 0 };
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

  async #run(key: string, item: Item): Promise<void> {
    const { clock, observer, process } = this.#options;
    item.phase = 'starting';
    await this.#slice.begin();
    if (this.#stopped) return;
    item.phase = 'running';
    const run = this.#running.begin(key);
    observer?.started(run.startedAt - item.since);
    let result: WorkResult;
    try {
      const requeueAfterMs = (await process(key, run.signal))?.requeueAfterMs;
      this.#succeeded(key, item, requeueAfterMs);
      result = requeueAfterMs === undefined ? 'success' : 'requeued';
    } catch (error) {
      this.#failed(key, item, error);
      result = 'error';
    }
    this.#running.end(run);
    observer?.finished(result, clock.monotonic() - run.startedAt);
    this.#settle(key, item);
  }

  #succeeded(key: string, item: Item, requeueAfterMs: number | undefined): void {
    item.failures = 0;
    this.#delayed.revokeRetry(key);
    if (requeueAfterMs !== undefined) this.addAfter(key, requeueAfterMs, item);
  }

  #failed(key: string, item: Item, error: unknown): void {
    const { baseDelayMs = 5, maxDelayMs = 300_000, logger, observer, random = Math.random } = this.#options;
    item.failures += 1;
    const full = Math.min(maxDelayMs, baseDelayMs * 2 ** (item.failures - 1));
    const retryInMs = full / 2 + (random() * full) / 2;
    logger.warn('reconcile failed', { key, error: describeError(error), failures: item.failures, retryInMs });
    if (this.#stopped) return;
    observer?.retried();
    this.#delayed.add(key, { ms: retryInMs, priority: item.priority, retry: true });
  }

  #settle(key: string, item: Item): void {
    if (this.#stopped) return;
    item.phase = 'resting';
    const { again } = item;
    item.again = undefined;
    if (again !== undefined) this.#enqueue(key, item, again.priority, again.since);
    else if (item.failures === 0) this.#items.delete(key);
  }
}
