/**
 * A cluster for tests, without a network: collections as a test fills them, and their watches.
 */
import { EventEmitter, on } from 'node:events';
import { ApiError } from '../../kube/errors.ts';
import type { ListWatch, Query } from '../../kube/list-watch.ts';

export const PODS = '/api/v1/pods';
export const NAMESPACES = '/api/v1/namespaces';
export const CONFIG_MAPS = '/api/v1/configmaps';

/** An object of the API, as far as the fake looks at it. */
export interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly [other: string]: unknown;
  };
  readonly [other: string]: unknown;
}

export class FakeCluster implements ListWatch {
  /** What a list shows. */
  readonly items = new Map<string, Item[]>();
  /** Paths that the server refuses to list. */
  readonly refused = new Set<string>();
  /** Paths whose changes are followed: only then does anybody see what is pushed. */
  readonly watched = new Set<string>();
  readonly lists: { readonly path: string; readonly query: Query }[] = [];
  readonly #changes = new EventEmitter();

  list(path: string, query: Query): Promise<unknown> {
    this.lists.push({ path, query });
    if (this.refused.has(path)) {
      return Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: `no ${path}` }));
    }
    return Promise.resolve({ metadata: { resourceVersion: '1' }, items: this.items.get(path) ?? [] });
  }

  watch(path: string, _query: Query, { signal }: { signal: AbortSignal }): Promise<AsyncIterable<unknown>> {
    return Promise.resolve(this.#follow(path, signal));
  }

  /** Shows a change to the watch of the collection. */
  push(path: string, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Item): void {
    this.#changes.emit(path, { type, object });
  }

  /** From now on the server refuses the collection: the watch expires and the next list is forbidden. */
  refuse(path: string): void {
    this.refused.add(path);
    this.#changes.emit(path, { type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'too old' } });
  }

  async *#follow(path: string, signal: AbortSignal): AsyncGenerator {
    const changes: AsyncIterable<unknown[]> = on(this.#changes, path, { signal });
    this.watched.add(path);
    for await (const [event] of changes) yield event;
  }
}
