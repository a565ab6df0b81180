/**
 * An API group for tests, without a network: whose versions come and go, and whose collection `things` is there in
 * some of them. A request that nothing here answers gets 404, as on a real server.
 */
import { ApiError } from '../../kube/errors.ts';
import type { ListWatch, Query } from '../../kube/list-watch.ts';

export const GROUP = 'config.example.com';

type Answer = (query: Query) => unknown;

export const status = (code: number): ApiError =>
  new ApiError({ code, reason: `HTTP ${code}`, message: `status ${code}` });

export class ScriptedGroup implements ListWatch {
  /** The group's versions, the preferred one first; none when the group is unknown. */
  versions: readonly string[] = [];
  /** What the collection answers to a list, by version; throws to fail. */
  readonly things = new Map<string, Answer>();
  /** Thrown by every request while set. */
  failure: Error | undefined;
  /** Thrown by every opening of a watch while set. */
  watchFailure: Error | undefined;
  /** Requests so far: `group`, `list v1`, `watch v1 10`. */
  calls: string[] = [];
  #endWatch: () => void = () => undefined;

  /** Serves the collection at `version` alone, with objects of these names. */
  serve(version: string, ...names: readonly string[]): void {
    this.versions = [version];
    this.things.clear();
    this.things.set(version, () => page(names));
  }

  /** Forgets the group and ends its watch, as a server does when a definition is deleted. */
  forget(): void {
    this.versions = [];
    this.things.clear();
    this.endWatch();
  }

  endWatch(): void {
    this.#endWatch();
  }

  list(path: string, query: Query): Promise<unknown> {
    return this.#answer(() => {
      if (path === `/apis/${GROUP}`) {
        this.calls.push('group');
        const [preferred, ...others] = this.versions.map((version) => ({ version }));
        if (preferred === undefined) throw status(404);
        return { preferredVersion: preferred, versions: [...others, preferred] };
      }
      const version = this.#version(path);
      this.calls.push(`list ${version}`);
      const answer = this.things.get(version);
      if (answer === undefined) throw status(404);
      return answer(query);
    });
  }

  watch(
    path: string,
    { resourceVersion }: Query,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<AsyncIterable<unknown>> {
    return this.#answer(() => {
      const version = this.#version(path);
      this.calls.push(`watch ${version} ${resourceVersion ?? ''}`);
      if (this.watchFailure !== undefined) throw this.watchFailure;
      return this.#quiet(signal);
    });
  }

  /** A watch without events, until it is ended. */
  async *#quiet(signal: AbortSignal): AsyncGenerator<unknown, void> {
    await new Promise<void>((resolve) => {
      this.#endWatch = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    signal.throwIfAborted();
  }

  #version(path: string): string {
    const match = new RegExp(`^/apis/${GROUP}/([^/]+)/things$`).exec(path);
    if (match?.[1] === undefined) throw status(404);
    return match[1];
  }

  async #answer<T>(give: () => T): Promise<T> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    return give();
  }
}

export function page(names: readonly string[], next?: string): unknown {
  return {
    metadata: { resourceVersion: '10', ...(next !== undefined && { continue: next }) },
    items: names.map((name) => ({ metadata: { name, uid: name, resourceVersion: '1' } })),
  };
}
