/**
 * One collection of an API server in memory, with what an informer relies on: resource versions that count all changes,
 * lists in pages that show one moment, watches that begin anywhere in the past, and bookmarks where they are asked for.
 */
import { EventEmitter, once } from 'node:events';
import type { ListWatch, Query } from '../../kube/list-watch.ts';

export interface Stored {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly data: { readonly value: string };
}

type Type = 'ADDED' | 'MODIFIED' | 'DELETED';

export class MemoryCollection implements ListWatch {
  readonly #objects = new Map<string, Stored>();
  readonly #events: { readonly type: Type; readonly object: Stored; readonly version: number }[] = [];
  readonly #snapshots = new Map<string, { readonly items: readonly Stored[]; readonly version: number }>();
  readonly #changed = new EventEmitter().setMaxListeners(0);
  #version = 1;
  #uids = 0;

  /** Creates the object or changes its value. */
  write(name: string, value: string, labels: Readonly<Record<string, string>>): void {
    const uid = this.#objects.get(name)?.metadata.uid;
    const metadata = { name, namespace: 'default', uid: uid ?? `uid-${++this.#uids}`, labels };
    const object = { metadata: { ...metadata, resourceVersion: this.#next() }, data: { value } };
    this.#objects.set(name, object);
    this.#tell(uid === undefined ? 'ADDED' : 'MODIFIED', object);
  }

  remove(name: string): void {
    const object = this.#objects.get(name);
    if (object === undefined) throw new Error(`there is no ${name}`);
    this.#objects.delete(name);
    this.#tell('DELETED', {
      ...object,
      metadata: { ...object.metadata, resourceVersion: this.#next() },
    });
  }

  list(_path: string, query: Query, { signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    signal.throwIfAborted();
    const [id = `${this.#snapshots.size}`, at = '0'] = query['continue']?.split('/') ?? [];
    const snapshot = this.#snapshots.get(id) ?? {
      items: [...this.#objects.values()].filter((object) => selects(query, object)),
      version: this.#version,
    };
    this.#snapshots.set(id, snapshot);
    const end = Number(at) + Number(query['limit'] ?? Infinity);
    const more = end < snapshot.items.length ? { continue: `${id}/${end}` } : {};
    return Promise.resolve({
      metadata: { resourceVersion: String(snapshot.version), ...more },
      items: snapshot.items.slice(Number(at), end),
    });
  }

  watch(
    _path: string,
    query: Query,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<AsyncIterable<unknown>> {
    return Promise.resolve(this.#follow(query, signal));
  }

  async *#follow(query: Query, signal: AbortSignal): AsyncGenerator<unknown, void> {
    let reached = Number(query['resourceVersion']);
    for (;;) {
      signal.throwIfAborted();
      for (const { type, object } of this.#events.filter(({ version }) => version > reached)) {
        if (selects(query, object)) yield { type, object };
      }
      reached = this.#version;
      if (query['allowWatchBookmarks'] === 'true') {
        yield { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(reached) } } };
      }
      if (reached === this.#version) await once(this.#changed, 'change', { signal }).catch(() => undefined);
    }
  }

  #next(): string {
    return String(++this.#version);
  }

  #tell(type: Type, object: Stored): void {
    this.#events.push({ type, object, version: this.#version });
    this.#changed.emit('change');
  }
}

/** `labelSelector` in the form `key=value` is all that is known. */
function selects({ labelSelector }: Query, { metadata }: Stored): boolean {
  const [key = '', value] = labelSelector?.split('=') ?? [];
  return value === undefined || metadata.labels[key] === value;
}
