/**
 * List once, watch from there, recover from anything: keeps a sink in step with one collection of the API server.
 *
 * Guarantees
 * - A broken, silent or expired watch resumes where it was, without listing again; only 410 Gone lists again. The
 *   resource version moves on only after the sink has taken an event.
 * - Objects that are missing from a list are told to the sink after the last page and not before.
 * - `run` ends by the caller's signal alone; failures are logged, and retried with backoff.
 * - A repeated 410 waits like any other failure: listing is the most expensive call there is.
 * - Now and then a list is read beside the watch, which goes on meanwhile, to see whether the watch has missed anything;
 *   what it has missed is put right, counted and logged (see missed-events.ts).
 */
import { reconnectDelay } from './backoff.ts';
import type { Clock } from './clock.ts';
import { describeError } from './describe-error.ts';
import { asApiError, classify, MalformedAnswerError } from './errors.ts';
import type { ListWatch, Query, ReadOptions } from './list-watch.ts';
import type { Prune } from './managed-fields.ts';
import type { Logger } from './logger.ts';
import { MissedEvents, type Copy } from './missed-events.ts';
import { withSilenceLimit } from './silence.ts';
import { compareResourceVersions } from './resource-version.ts';
import { parsePage, parseWatchEvent, type Page, type WatchEvent } from './wire.ts';

export interface Source {
  /** Name for logs and metrics, for example `pods`. */
  readonly name: string;
  /** Path of the collection, for example `/api/v1/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** What the sink does not ask for may be left out of answers. */
  readonly prune?: Prune;
}

/** Takes what the collection holds. Its methods do not throw. */
export interface Sink extends Copy {
  /** An object as it is now; returns its key, or undefined when the sink takes none of it. */
  put(object: unknown): string | undefined;
  /** Returns the key likewise. */
  delete(object: unknown): string | undefined;
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
  /** How often to look for what the watch has missed, in milliseconds, give or take a quarter; 45 min by default. */
  readonly relistMs?: number;
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
  /** Lists begun after the first, for whatever reason. */
  readonly relists: number;
  /** Objects of which the watch had not told what a list showed. */
  readonly missedEvents: number;
  /**
   * Since when changes have perhaps not been seen: the last contact before the failure that has not ended yet. Undefined
   * from the moment that the server accepts a watch, which then tells of all that happened meanwhile.
   */
  readonly blindSince: number | undefined;
  /** The last failure, until the server answers again. */
  readonly failure: unknown;
}

/**
 * Objects in one page of a list. A page's text and objects are in memory together: of pods of 15 kB, 500 at a time take
 * 90 MB more at the peak than 100 do. Smaller pages cost the server more requests.
 */
export const PAGE_SIZE = '100';
const IDLE_MS = 90_000;
const RELIST_MS = 45 * 60_000;
/** Of the keys that a warning names. */
const MOST_NAMED = 10;
// A watch that ends sooner than this, without an event, is no progress: reopening it at once would be a tight loop.
const SHORT_WATCH_MS = 1000;

export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #sink: Sink;
  readonly #selectors: Query;
  readonly #pruning: Pick<ReadOptions, 'prune'>;
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
  #startedAt: number | undefined;
  #blindSince: number | undefined;
  #missedEvents = 0;
  /** What a list beside the watch has shown, until the watch has passed it. */
  #comparison: MissedEvents | undefined;

  constructor(options: ReflectorOptions, sink: Sink) {
    const { labelSelector, fieldSelector, prune } = options.source;
    this.#options = options;
    this.#sink = sink;
    this.#selectors = { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
    this.#pruning = prune === undefined ? {} : { prune };
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
      missedEvents: this.#missedEvents,
      blindSince: this.#blindSince,
      failure: this.#failure,
    };
  }

  /** Keeps the sink in step until `signal` aborts, then resolves. May be called once. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#state.kind !== 'idle') throw new Error('a reflector runs once');
    this.#startedAt = this.#options.clock.now();
    // One listener on the caller's signal, which many informers share; what goes on here listens to a signal of its own.
    const own = new AbortController();
    const follow = (): void => own.abort(signal.reason);
    signal.addEventListener('abort', follow, { once: true });
    if (signal.aborted) follow();
    await Promise.all([this.#follow(own.signal), this.#compareNowAndThen(own.signal)]);
    this.#state = { kind: 'stopped' };
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#resourceVersion ??= await this.#list(signal);
        await this.#watch(signal, this.#resourceVersion);
      } catch (error) {
        await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    this.#state = { kind: 'listing' };
    this.#comparison = undefined;
    const keys = new Set<string>();
    const resourceVersion = await this.#pages(signal, (object) => {
      const key = this.#sink.put(object);
      if (key !== undefined) keys.add(key);
    });
    this.#sink.listed(keys);
    return resourceVersion;
  }

  /** Reads a list to its end and returns the version of it. */
  async #pages(signal: AbortSignal, take: (object: unknown) => void): Promise<string> {
    this.#lists += 1;
    let resourceVersion: string | undefined;
    let token: string | undefined;
    do {
      // In a function of its own, which takes the page with it: two at a time would be twice the memory.
      const { next, resourceVersion: version } = await this.#page(signal, token, take);
      if (next !== undefined && next === token) throw new MalformedAnswerError('a list without an end');
      token = next;
      // The first page's version: should a server's pages differ, replaying is harmless and skipping is not.
      resourceVersion ??= version;
    } while (token !== undefined);
    return resourceVersion;
  }

  async #page(
    signal: AbortSignal,
    token: string | undefined,
    take: (object: unknown) => void,
  ): Promise<Omit<Page, 'items'>> {
    const { api, source } = this.#options;
    // No resourceVersion: with one, older servers answer from their cache and ignore the limit.
    const query = { ...this.#selectors, limit: PAGE_SIZE, ...(token && { continue: token }) };
    const { items, ...rest } = parsePage(await api.list(source.path, query, { ...this.#pruning, signal }));
    // A list beside the watch says nothing about the watch, which may be failing.
    if (this.#state.kind === 'listing') this.#heard();
    else this.#lastContactAt = this.#options.clock.now();
    for (const object of items) take(object);
    return rest;
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
    const earlier = this.#comparison?.resourceVersion === undefined ? undefined : this.#comparison;
    try {
      const end = await withSilenceLimit({ idleMs, clock }, signal, async (watchSignal, heard) => {
        const lines = await api.watch(source.path, query, { ...this.#pruning, signal: watchSignal });
        this.#heard();
        this.#blindSince = undefined;
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
    const short = clock.monotonic() - openedAt < SHORT_WATCH_MS;
    if (events === 0 && short) throw new Error('the watch ended at once');
    if (earlier !== undefined && !short && !signal.aborted) this.#settle(earlier);
  }

  #take(event: WatchEvent): void {
    this.#heard();
    switch (event.type) {
      case 'put':
        this.#took(this.#sink.put(event.object));
        break;
      case 'delete':
        this.#took(this.#sink.delete(event.object));
        break;
      case 'bookmark':
        break;
    }
    this.#resourceVersion = event.resourceVersion;
    this.#settleIfReached();
  }

  #took(key: string | undefined): void {
    this.#lastEventAt = this.#lastContactAt;
    if (key !== undefined) this.#comparison?.told(key);
  }

  async #compareNowAndThen(signal: AbortSignal): Promise<void> {
    const { logger, source, relistMs = RELIST_MS } = this.#options;
    for (;;) {
      await this.#sleep(relistMs * (0.75 + this.#random() / 2), signal);
      if (signal.aborted) return;
      // Otherwise a list is on its way or cannot be had.
      if (this.#state.kind !== 'watching') continue;
      await this.#compare(signal).catch((error: unknown) => {
        this.#comparison = undefined;
        if (signal.aborted) return;
        // The watch has not failed, and what it tells is what counts.
        const fields = { informer: source.name, error: describeError(error) };
        logger.warn('could not list to see what the watch has missed', fields);
      });
    }
  }

  async #compare(signal: AbortSignal): Promise<void> {
    const comparison = new MissedEvents(this.#sink);
    this.#comparison = comparison;
    const version = await this.#pages(signal, (object) => comparison.listed(object));
    comparison.complete(version);
    // The sink may have been filled anew meanwhile.
    if (this.#comparison !== comparison || this.#resourceVersion === undefined) return;
    if (compareResourceVersions(this.#resourceVersion, version) === undefined) {
      // Of no common origin: what is listed is not what is watched, and the next watch has to begin with a list.
      this.#comparison = undefined;
      this.#resourceVersion = undefined;
    }
    this.#settleIfReached();
  }

  #settleIfReached(): void {
    const [comparison, reached] = [this.#comparison, this.#resourceVersion];
    if (comparison?.resourceVersion === undefined || reached === undefined) return;
    const order = compareResourceVersions(reached, comparison.resourceVersion);
    if (order !== undefined && order >= 0) this.#settle(comparison);
  }

  #settle(comparison: MissedEvents): void {
    // The sink has been filled anew since.
    if (comparison !== this.#comparison) return;
    this.#comparison = undefined;
    const keys = comparison.settle();
    this.#missedEvents += keys.length;
    if (keys.length === 0) return;
    this.#options.logger.warn('the watch had missed events', {
      informer: this.#options.source.name,
      objects: keys.length,
      keys: keys.slice(0, MOST_NAMED),
    });
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
    this.#blindSince ??= this.#lastContactAt ?? this.#startedAt;
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
    await this.#sleep(delay, signal);
  }

  /** Resolves after `ms`, or when `signal` aborts. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(ms, signal).catch((interruption: unknown) => {
      if (!signal.aborted) throw interruption;
    });
  }
}
