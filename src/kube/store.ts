/**
 * The facts kept of each object, and who is told when they change.
 *
 * Guarantees: the newest facts are stored before anyone is told; a recreated object (same name, another uid) is a
 * deletion and an addition; an update that changes no fact tells nobody, so that our own writes wake nobody. One
 * listener's exception reaches neither the other listeners nor the caller.
 */
import { compareResourceVersions } from './resource-version.ts';
import type { Identity } from './wire.ts';

export interface Change {
  readonly type: 'added' | 'updated' | 'deleted';
}

/** Told about a key after the store has changed. Must only note the key down: it runs inside the watch loop. */
export type ChangeHandler = (key: string, change: Change) => void;

interface Entry<T> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly facts: T;
}

export interface StoreOptions<T> {
  readonly changed: (before: T, after: T) => boolean;
  readonly onHandlerFailure: (key: string, error: unknown) => void;
}

export class Store<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #handlers: ChangeHandler[] = [];
  readonly #options: StoreOptions<T>;

  constructor(options: StoreOptions<T>) {
    this.#options = options;
  }

  onChange(handler: ChangeHandler): void {
    this.#handlers.push(handler);
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.facts;
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  *values(): IterableIterator<T> {
    for (const entry of this.#entries.values()) yield entry.facts;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether this version of the object is stored, or one after it: then there is nothing new to take from it. */
  has({ key, uid, resourceVersion }: Identity): boolean {
    const entry = this.#entries.get(key);
    if (entry?.uid !== uid || resourceVersion === '') return false;
    return (compareResourceVersions(entry.resourceVersion, resourceVersion) ?? -1) >= 0;
  }

  put(identity: Identity, facts: T): void {
    this.deleteOther(identity);
    const { key, uid, resourceVersion } = identity;
    const before = this.#entries.get(key);
    const type =
      before === undefined ? 'added' : this.#options.changed(before.facts, facts) ? 'updated' : undefined;
    this.#entries.set(key, { uid, resourceVersion, facts });
    if (type !== undefined) this.#notify(key, { type });
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#notify(key, { type: 'deleted' });
  }

  /** Deletes an earlier object of the same name, if that is what is stored. */
  deleteOther({ key, uid }: Pick<Identity, 'key' | 'uid'>): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.uid !== uid) this.delete(key);
  }

  #notify(key: string, change: Change): void {
    for (const handler of this.#handlers) {
      try {
        handler(key, change);
      } catch (error) {
        this.#options.onHandlerFailure(key, error);
      }
    }
  }
}
