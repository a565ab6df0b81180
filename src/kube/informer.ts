/**
 * A local, always fresh copy of the facts about one kind of object, and word of every change to them.
 *
 * Guarantees
 * - Once `synced`, every object of the source is in the store; later changes follow in the server's order, through
 *   any failure of the network or the server (see reflector.ts for how).
 * - An exception of the projection or of a handler is logged and counted, and stops nothing.
 * Limits: objects of a list lack `kind` and `apiVersion`, so a projection must not depend on them. An object whose
 * projection fails keeps its earlier facts, or is missing if it never had any.
 * RBAC: the verbs list and watch on the source.
 */
import { isDeepStrictEqual } from 'node:util';
import { describeError } from './describe-error.ts';
import { isRefusal } from './errors.ts';
import type { Compared } from './missed-events.ts';
import {
  Reflector,
  type ReflectorOptions,
  type ReflectorState,
  type ReflectorStats,
  type Sink,
} from './reflector.ts';
import { Store, type ChangeHandler } from './store.ts';
import { identify, type Identity } from './wire.ts';

/** A server that has just started refuses what it will allow in a moment, when it has read its roles. */
const REFUSALS_IN_A_ROW = 4;

export interface InformerOptions<T> extends ReflectorOptions {
  /** Takes the facts worth keeping from an object; the object itself is dropped. */
  readonly project: (object: unknown) => T;
  /** Whether the object of this key is of interest: others are neither read nor kept. Every one by default. */
  readonly accepts?: (key: string) => boolean;
  /** Whether handlers are told about an update; by default when the facts are not deeply equal. */
  readonly changed?: (before: T, after: T) => boolean;
}

export interface InformerStats extends ReflectorStats {
  /** Objects that could not be read. */
  readonly projectionFailures: number;
  /** Exceptions of handlers. */
  readonly handlerFailures: number;
}

export class Informer<T> {
  /** The source's name. */
  readonly name: string;
  readonly #options: InformerOptions<T>;
  readonly #store: Store<T>;
  readonly #reflector: Reflector;
  readonly #waiting = new Set<() => void>();
  readonly #refusalHandlers: (() => void)[] = [];
  #refusal: unknown;
  #refusals = 0;
  #synced = false;
  #projectionFailures = 0;
  #handlerFailures = 0;

  constructor(options: InformerOptions<T>) {
    this.name = options.source.name;
    this.#options = options;
    this.#store = new Store({
      changed: options.changed ?? ((before, after) => !isDeepStrictEqual(before, after)),
      onHandlerFailure: (key, error) => {
        this.#handlerFailures += 1;
        this.#logFailure('a change handler failed', key, error);
      },
    });
    this.#reflector = new Reflector(options, this.#sink());
  }

  /** Registers a handler; do so before `run`, since earlier changes are not told again. */
  onChange(handler: ChangeHandler): void {
    this.#store.onChange(handler);
  }

  /** Keeps the copy fresh until `signal` aborts, then resolves. May be called once. */
  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal);
  }

  /** Whether the first list is complete. Stays true: afterwards the copy may be late, but it is a copy of the whole. */
  get synced(): boolean {
    return this.#synced;
  }

  /**
   * Why the server refuses to list or watch, once it has done so several times in a row; undefined otherwise. A network
   * that fails is no refusal: then the copy is the best there is.
   */
  get refusal(): unknown {
    return this.#refusal;
  }

  /** Registers a handler for the beginning and the end of a refusal; do so before `run`. */
  onRefusal(handler: () => void): void {
    this.#refusalHandlers.push(handler);
  }

  /** Resolves with true once synced, with false when `signal` aborts before. */
  async waitForSync(signal: AbortSignal): Promise<boolean> {
    await this.#until(() => this.#synced, signal);
    return this.#synced;
  }

  /** Resolves with true once synced or refused, with false when `signal` aborts before. */
  async waitForAnswer(signal: AbortSignal): Promise<boolean> {
    const answered = (): boolean => this.#synced || this.#refusal !== undefined;
    await this.#until(answered, signal);
    return answered();
  }

  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#store.keys();
  }

  values(): IterableIterator<T> {
    return this.#store.values();
  }

  get size(): number {
    return this.#store.size;
  }

  get state(): ReflectorState {
    return this.#reflector.state;
  }

  get stats(): InformerStats {
    return {
      ...this.#reflector.stats,
      projectionFailures: this.#projectionFailures,
      handlerFailures: this.#handlerFailures,
    };
  }

  #sink(): Sink {
    return {
      put: (object) => this.#put(object),
      delete: (object) => {
        const key = this.#identify(object)?.key;
        if (key !== undefined) this.#store.delete(key);
        return key;
      },
      keys: () => this.#store.keys(),
      remove: (key) => this.#store.delete(key),
      compare: (object) => this.#compare(object),
      listed: (keys) => {
        for (const key of [...this.#store.keys()]) if (!keys.has(key)) this.#store.delete(key);
        this.#synced = true;
        this.#wake();
        this.#setRefusal(undefined);
      },
      failing: (error) => {
        // Only an answer ends a refusal; a failure of another kind in between says nothing about it.
        if (error !== undefined && !isRefusal(error)) return;
        this.#refusals = error === undefined ? 0 : this.#refusals + 1;
        // The first page is not the list: nobody may look at the copy before it is whole again.
        if (error === undefined && this.#reflector.state.kind === 'listing') return;
        this.#setRefusal(this.#refusals >= REFUSALS_IN_A_ROW ? error : undefined);
      },
    };
  }

  #setRefusal(refusal: unknown): void {
    const changed = (this.#refusal === undefined) !== (refusal === undefined);
    this.#refusal = refusal;
    if (!changed) return;
    this.#wake();
    for (const handler of this.#refusalHandlers) this.#callRefusalHandler(handler);
  }

  #callRefusalHandler(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.#handlerFailures += 1;
      this.#logFailure('a refusal handler failed', undefined, error);
    }
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Resolves when `condition` holds or `signal` aborts. */
  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition() || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!condition() && !signal.aborted) return;
        signal.removeEventListener('abort', check);
        this.#waiting.delete(check);
        resolve();
      };
      signal.addEventListener('abort', check);
      this.#waiting.add(check);
    });
  }

  #put(object: unknown): string | undefined {
    const identity = this.#identify(object);
    if (identity === undefined) return undefined;
    const facts = this.#project(identity, object);
    // Without facts the object's former namesake is gone all the same; only those of this very object stay.
    if (facts === undefined) this.#store.deleteOther(identity);
    else this.#store.put(identity, facts.value);
    return identity.key;
  }

  #compare(object: unknown): Compared | undefined {
    const identity = this.#identify(object);
    if (identity === undefined) return undefined;
    const { key } = identity;
    const facts = this.#store.has(identity) ? undefined : this.#project(identity, object);
    return { key, correct: facts && (() => this.#store.put(identity, facts.value)) };
  }

  #project({ key }: Identity, object: unknown): { readonly value: T } | undefined {
    try {
      return { value: this.#options.project(object) };
    } catch (error) {
      this.#projectionFailures += 1;
      this.#logFailure('an object could not be read', key, error);
      return undefined;
    }
  }

  /** Undefined for what has no name, and for what is not accepted. */
  #identify(object: unknown): Identity | undefined {
    try {
      const identity = identify(object);
      return (this.#options.accepts?.(identity.key) ?? true) ? identity : undefined;
    } catch (error) {
      this.#projectionFailures += 1;
      this.#logFailure('an object could not be read', undefined, error);
      return undefined;
    }
  }

  #logFailure(message: string, key: string | undefined, error: unknown): void {
    this.#options.logger.error(message, { informer: this.name, key, error: describeError(error) });
  }
}
