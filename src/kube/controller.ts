/**
 * Informers and a work queue, started and stopped in the right order.
 *
 * Guarantees: constructing does no I/O. `run` starts the informers, lets the workers begin when all of them are
 * synced, and on abort stops both and waits for the work under way, but no longer than `drainMs`. `readiness` says yes
 * only when each key that was known at the start has been reconciled once, well or badly: before that, silence about
 * an object means nothing. It then stays yes until the controller stops.
 */
import type { Clock } from './clock.ts';
import { describeError } from './describe-error.ts';
import type { Informer } from './informer.ts';
import type { Logger } from './logger.ts';
import { WorkQueue, type Process, type WorkQueueOptions } from './workqueue.ts';

/** What the controller needs of an Informer, whatever facts it keeps. */
export type InformerLike = Pick<Informer<unknown>, 'name' | 'run' | 'synced' | 'waitForSync' | 'stats'>;

/** What it needs of one that it can do without. */
export type OptionalInformerLike = Pick<
  Informer<unknown>,
  'name' | 'run' | 'synced' | 'refusal' | 'waitForAnswer' | 'stats'
>;

export interface ControllerOptions {
  /** Work begins when all of these are synced. */
  readonly informers: readonly InformerLike[];
  /** Work waits for these only until the server has given a list or refused it. */
  readonly optionalInformers?: readonly OptionalInformerLike[];
  /** Run beside the others; nothing waits for these. */
  readonly otherInformers?: readonly Pick<InformerLike, 'run'>[];
  readonly reconcile: Process;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How the queue differs from its defaults. */
  readonly queue?: Pick<
    WorkQueueOptions,
    'concurrency' | 'baseDelayMs' | 'maxDelayMs' | 'observer' | 'random'
  >;
  /** Longest wait for work under way when stopping, in milliseconds; 20 s by default. */
  readonly drainMs?: number;
}

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

type Phase = 'new' | 'syncing' | 'working' | 'stopping';

export class Controller {
  /** Where change handlers put keys; it takes them at any time and works on them once everything is synced. */
  readonly queue: WorkQueue;
  readonly #options: ControllerOptions;
  #phase: Phase = 'new';
  #backlogSize = 0;
  /** Keys known at the start that have not had their turn. */
  readonly #backlog = new Set<string>();

  constructor(options: ControllerOptions) {
    const { clock, logger, queue, reconcile } = options;
    this.#options = options;
    this.queue = new WorkQueue({
      ...queue,
      clock,
      logger,
      process: async (key, signal) => {
        try {
          return await reconcile(key, signal);
        } finally {
          this.#backlog.delete(key);
        }
      },
    });
  }

  /**
   * Runs until `signal` aborts, then resolves. May be called once.
   *
   * @throws only on a programming error, such as an informer that was already run
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#phase !== 'new') throw new Error('a controller runs once');
    this.#phase = 'syncing';
    try {
      await Promise.all([
        ...this.#options.informers.map((each) => each.run(signal)),
        ...this.#optional().map((each) => each.run(signal)),
        ...(this.#options.otherInformers ?? []).map((each) => each.run(signal)),
        this.#workOnceSynced(signal),
      ]);
    } finally {
      this.#phase = 'stopping';
      await this.#drain();
    }
  }

  readiness(): Readiness {
    switch (this.#phase) {
      case 'new':
        return { ready: false, reason: 'not started' };
      case 'syncing': {
        return { ready: false, reason: `waiting for the first list of ${this.#missing().join(', ')}` };
      }
      case 'working': {
        if (this.#backlog.size === 0) return { ready: true };
        const done = this.#backlogSize - this.#backlog.size;
        return { ready: false, reason: `reconciled ${done} of ${this.#backlogSize} keys known at the start` };
      }
      case 'stopping':
        return { ready: false, reason: 'stopping' };
    }
  }

  async #workOnceSynced(signal: AbortSignal): Promise<void> {
    const synced = await Promise.all([
      ...this.#options.informers.map((each) => each.waitForSync(signal)),
      ...this.#optional().map((each) => each.waitForAnswer(signal)),
    ]);
    if (signal.aborted || synced.includes(false)) return;
    for (const key of this.queue.waitingKeys()) this.#backlog.add(key);
    this.#backlogSize = this.#backlog.size;
    this.#phase = 'working';
    this.#options.logger.info('synced, starting to work', { keys: this.#backlogSize });
    this.queue.start();
  }

  #optional(): readonly OptionalInformerLike[] {
    return this.#options.optionalInformers ?? [];
  }

  /** The names of the informers that are waited for, with what keeps them. */
  #missing(): string[] {
    const unanswered = this.#optional().filter(({ synced, refusal }) => !synced && refusal === undefined);
    return [...this.#options.informers.filter(({ synced }) => !synced), ...unanswered].map(
      ({ name, stats: { failure } }) =>
        failure === undefined ? name : `${name} (${describeError(failure)})`,
    );
  }

  async #drain(): Promise<void> {
    const { clock, drainMs = 20_000, logger } = this.#options;
    const drained = new AbortController();
    const stopped = this.queue.stop().then(() => drained.abort());
    const timedOut = clock.sleep(drainMs, drained.signal).then(
      () => true,
      () => false,
    );
    await Promise.race([stopped, timedOut]);
    if (drained.signal.aborted) return;
    logger.warn('work under way was given up', { drainMs });
    this.queue.abort(new Error('the controller is stopping'));
  }
}
