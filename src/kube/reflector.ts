/**
 * List once, watch from there, recover from anything: keeps a sink in step with one collection of the API server.
 *
 * Guarantees
 * - A broken, silent or expired watch resumes where it was, without listing again; only 410 Gone lists again. The
 *   resource version moves on only after the sink has taken an event.
 * - Objects that are missing from a list are told to the sink after the last page and not before.
 * - `run` ends by the caller's signal alone; failures are logged, and retried with backoff.
 * - A repeated 410 waits like any other failure: listing is the most expensive call there is.
 */
import { reconnectDelay } from './backoff.ts';
import type { Clock } from './clock.ts';
import { describeError } from './describe-error.ts';
import { asApiError, classify, MalformedAnswerError } from './errors.ts';
import type { ListWatch, Query } from './list-watch.ts';
import type { Logger } from './logger.ts';
import { withSilenceLimit } from './silence.ts';
import { parsePage, parseWatchEvent, type WatchEvent } from './wire.ts';

export interface Source {
  /** Name for logs and metrics, for example `pods`. */
  readonly name: string;
  /** Path of the collection, for example `/api/v1/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Takes what the collection holds. Its methods do not throw. */
export interface Sink {
  /** An object as it is now; returns its key, or undefined when the object has none. */
  put(object: unknown): string | undefined;
  delete(object: unknown): void;
  /** A list is complete: what is not among `keys` is gone. */
  listed(keys: ReadonlySet<string>): void;
  /** A list or watch has failed with this, or works again (undefined). */
  failing(error: unknown): void;
}

export interface ReflectorOptions {
  readonly source: Source;
  readonly api: ListWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number in [0, 1); Math.random by default. */
  readonly random?: () => number;
  /**
   * Silence after which a watch is taken for dead, in milliseconds; 90 s by default, which is longer than the minute
   * between two bookmarks of a busy resource type. A quiet type has none: there the watch is merely reopened.
   */
  readonly idleMs?: number;
}

export type ReflectorState =
  /** Not running yet. */
  | { readonly kind: 'idle' }
  /** Reading the list page by page; the sink keeps what it had until the last page. On failure: backing off. */
  | { readonly kind: 'listing' }
  /** Following the changes. When the watch ends: watching again; on failure: backing off, or listing after 410. */
  | { readonly kind: 'watching' }
  /** Waiting until `until` (ms since the epoch) because of `error`, then going on where it was. */
  | { readonly kind: 'backingOff'; readonly error: unknown; readonly until: number }
  /** The caller's signal has aborted. Final. */
  | { readonly kind: 'stopped' };

/** Numbers for metrics; times in milliseconds since the epoch, undefined until it happened. */
export interface ReflectorStats {
  /** When an object last changed. */
  readonly lastEventAt: number | undefined;
  /** When the server was last heard of at all. */
  readonly lastContactAt: number | undefined;
  /** Watches asked for after the first, whether or not the server accepted them. */
  readonly watchRestarts: number;
  /** Lists begun after the first. */
  readonly relists: number;
  /** The last failure, until the server answers again. */
  readonly failure: unknown;
}

const PAGE_SIZE = '250';
const IDLE_MS = 90_000;
// A watch that ends sooner than this, without an event, is no progress: reopening it at once would be a tight loop.
const SHORT_WATCH_MS = 1000;

export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #sink: Sink;
  readonly #selectors: Query;
  readonly #random: () => number;
  #state: ReflectorState = { kind: 'idle' };
  #resourceVersion: string | undefined;
  /** Failures in a row without progress. */
  #attempts = 0;
  #lists = 0;
  #watches = 0;
  #lastEventAt: number | undefined;
  #lastContactAt: number | undefined;
  #failure: unknown;

  constructor(options: ReflectorOptions, sink: Sink) {
    const { labelSelector, fieldSelector } = options.source;
    this.#options = options;
    this.#sink = sink;
    this.#selectors = { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
    this.#random = options.random ?? Math.random;
  }

  get state(): ReflectorState {
    return this.#state;
  }

  get stats(): ReflectorStats {
    return {
      lastEventAt: this.#lastEventAt,
      lastContactAt: this.#lastContactAt,
      watchRestarts: Math.max(0, this.#watches - 1),
      relists: Math.max(0, this.#lists - 1),
      failure: this.#failure,
    };
  }

  /** Keeps the sink in step until `signal` aborts, then resolves. May be called once. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#state.kind !== 'idle') throw new Error('a reflector runs once');
    while (!signal.aborted) {
      try {
        this.#resourceVersion ??= await this.#list(signal);
        await this.#watch(signal, this.#resourceVersion);
      } catch (error) {
        await this.#recover(error, signal);
      }
    }
    this.#state = { kind: 'stopped' };
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { api, source } = this.#options;
    this.#state = { kind: 'listing' };
    this.#lists += 1;
    const keys = new Set<string>();
    let resourceVersion: string | undefined;
    let token: string | undefined;
    do {
      // No resourceVersion: with one, older servers answer from their cache and ignore the limit.
      const query = { ...this.#selectors, limit: PAGE_SIZE, ...(token && { continue: token }) };
      const page = parsePage(await api.list(source.path, query, { signal }));
      this.#heard();
      for (const object of page.items) {
        const key = this.#sink.put(object);
        if (key !== undefined) keys.add(key);
      }
      if (page.next !== undefined && page.next === token)
        throw new MalformedAnswerError('a list without an end');
      token = page.next;
      // The first page's version: should a server's pages differ, replaying is harmless and skipping is not.
      resourceVersion ??= page.resourceVersion;
    } while (token !== undefined);
    this.#sink.listed(keys);
    return resourceVersion;
  }

  async #watch(signal: AbortSignal, resourceVersion: string): Promise<void> {
    const { api, clock, logger, source, idleMs = IDLE_MS } = this.#options;
    this.#state = { kind: 'watching' };
    this.#watches += 1;
    const openedAt = clock.monotonic();
    const query = {
      ...this.#selectors,
      allowWatchBookmarks: 'true',
      resourceVersion,
      // Spread, so that informers and replicas do not all come back in the same second.
      timeoutSeconds: String(300 + Math.floor(this.#random() * 301)),
    };
    let events = 0;
    try {
      const end = await withSilenceLimit({ idleMs, clock }, signal, async (watchSignal, heard) => {
        const lines = await api.watch(source.path, query, { signal: watchSignal });
        this.#heard();
        for await (const line of lines) {
          heard();
          this.#take(parseWatchEvent(line));
          events += 1;
          this.#attempts = 0;
        }
      });
      logger.debug('watch ended', { informer: source.name, end });
    } finally {
      if (clock.monotonic() - openedAt >= SHORT_WATCH_MS) this.#attempts = 0;
    }
    if (events === 0 && clock.monotonic() - openedAt < SHORT_WATCH_MS)
      throw new Error('the watch ended at once');
  }

  #take(event: WatchEvent): void {
    this.#heard();
    switch (event.type) {
      case 'put':
        this.#sink.put(event.object);
        this.#lastEventAt = this.#lastContactAt;
        break;
      case 'delete':
        this.#sink.delete(event.object);
        this.#lastEventAt = this.#lastContactAt;
        break;
      case 'bookmark':
        break;
    }
    this.#resourceVersion = event.resourceVersion;
  }

  #heard(): void {
    this.#lastContactAt = this.#options.clock.now();
    this.#setFailure(undefined);
  }

  #setFailure(error: unknown): void {
    if (error === this.#failure) return;
    this.#failure = error;
    this.#sink.failing(error);
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, logger, source } = this.#options;
    if (signal.aborted) return;
    this.#setFailure(error);
    const expired = classify(error) === 'gone';
    if (expired) this.#resourceVersion = undefined;
    const attempt = this.#attempts++;
    const fields = { informer: source.name, error: describeError(error) };
    if (expired && attempt === 0) {
      logger.info('watch expired, listing again', fields);
      return;
    }
    const delay = reconnectDelay(attempt, this.#random(), asApiError(error)?.retryAfterSeconds);
    this.#state = { kind: 'backingOff', error, until: clock.now() + delay };
    logger.warn('list or watch failed, trying again', { ...fields, retryInMs: Math.round(delay) });
    await clock.sleep(delay, signal).catch((interruption: unknown) => {
      if (!signal.aborted) throw interruption;
    });
  }
}
