/** The way to a server, for tests: whole, broken in the middle of a watch, or telling that history is gone. */
import { ApiError, UnreachableError } from '../../kube/errors.ts';
import type { ListWatch, Query, ReadOptions } from '../../kube/list-watch.ts';

const expired = (): ApiError => new ApiError({ code: 410, reason: 'Expired', message: 'too old' });

export class BreakableLine implements ListWatch {
  /** `list`, `list next` for a later page, `watch` with where it began. */
  readonly calls: string[] = [];
  readonly queries: Query[] = [];
  readonly #server: ListWatch;
  #broken = false;
  #expiredWatches = 0;
  #expiredPages = 0;
  #cut = new AbortController();

  constructor(server: ListWatch) {
    this.#server = server;
  }

  /** Ends the watch under way and lets nothing through until `mend`. */
  break(): void {
    this.#broken = true;
    this.#cut.abort();
    this.#cut = new AbortController();
  }

  mend(): void {
    this.#broken = false;
  }

  /** The next watch is answered 410. */
  expireWatch(): void {
    this.#expiredWatches += 1;
  }

  /** The next page after a first one is answered 410. */
  expirePage(): void {
    this.#expiredPages += 1;
  }

  async list(path: string, query: Query, options: ReadOptions): Promise<unknown> {
    const further = query['continue'] !== undefined;
    this.#note(further ? 'list next' : 'list', query);
    if (further && this.#expiredPages > 0) {
      this.#expiredPages -= 1;
      throw expired();
    }
    return this.#server.list(path, query, options);
  }

  async watch(path: string, query: Query, options: ReadOptions): Promise<AsyncIterable<unknown>> {
    this.#note(`watch ${query['resourceVersion'] ?? ''}`, query);
    if (this.#expiredWatches > 0) {
      this.#expiredWatches -= 1;
      throw expired();
    }
    const cut = this.#cut.signal;
    const either = AbortSignal.any([options.signal, cut]);
    return this.#until(cut, await this.#server.watch(path, query, { ...options, signal: either }));
  }

  #note(call: string, query: Query): void {
    if (this.#broken) throw new UnreachableError('the server', new Error('broken'));
    this.calls.push(call);
    this.queries.push(query);
  }

  async *#until(cut: AbortSignal, events: AsyncIterable<unknown>): AsyncGenerator<unknown, void> {
    try {
      yield* events;
    } catch (error) {
      throw cut.aborted ? new UnreachableError('the server', error) : error;
    }
  }
}
