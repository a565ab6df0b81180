/**
 * Lists and watches a custom resource that a cluster may or may not have, in all namespaces, so that an informer of it
 * is like any other: no definition (CRD) means that there are no objects.
 *
 * Guarantees
 * - While the resource is absent, the list is empty and the watch lasts, asking every `pollMs` whether the resource
 *   has appeared; each time it has not, a bookmark says that the server was heard of.
 * - The version is the first in the group's order of preference that has the resource. It is looked up whenever a list
 *   or watch begins; a watch that finds another one than the list did, or none, or one while absent, is answered 410
 *   Gone, upon which a reflector lists again.
 * - A resource that was there is taken for absent only when it is still not found `confirmMs` later: an API server that
 *   has just started answers 404 for a moment until it has read its definitions.
 * - Every failure but 404 is thrown, a refusal too.
 *
 * Limits
 * - One instance serves one informer, since it remembers what the last list found. The paths of list and watch are not
 *   looked at, as the version in them is only known here; `path` names the collection without it.
 * - A watch that the server keeps open keeps its version: another one is noticed when the watch is next opened, after
 *   ten minutes at most. In practice the server ends the watches of a definition that has changed.
 * - A first list at the very moment of a server's start may find nothing; the next poll puts that right.
 *
 * RBAC: list and watch on the resource. Without them a server refuses even what it does not have, if it knows the group.
 */
import type { Clock } from './clock.ts';
import { discover, unlessNotFound } from './discovery.ts';
import { ApiError, classify } from './errors.ts';
import type { ListWatch, Query } from './list-watch.ts';

export interface DiscoveredListWatchOptions {
  readonly api: ListWatch;
  readonly clock: Clock;
  /** For example `config.openservicemesh.io`. */
  readonly group: string;
  /** The plural, for example `meshconfigs`. */
  readonly resource: string;
  /** The only version that will do; any by default. */
  readonly version?: string;
  /** Told when `presence` has changed. Must not throw. */
  readonly onPresence?: () => void;
  /** How often to look for a resource that is absent, in milliseconds; 30 s by default. */
  readonly pollMs?: number;
  /** How long to doubt that a resource has gone, in milliseconds; 5 s by default. */
  readonly confirmMs?: number;
}

interface Found {
  readonly version: string;
  /** The answer to the list that found it. */
  readonly page: unknown;
}

/** Whether the cluster has the resource, once the list has said so. */
export type Presence = 'unknown' | 'present' | 'absent';

const POLL_MS = 30_000;
const CONFIRM_MS = 5000;
/** Stands for "nothing yet"; never sent to a server. */
const ABSENT_METADATA = { resourceVersion: 'absent' };
const PROBE: Query = { limit: '1' };

export class DiscoveredListWatch implements ListWatch {
  /** For an informer's `source.path`: the collection, whatever its version. */
  readonly path: string;
  readonly #options: DiscoveredListWatchOptions;
  /** Where the resource was when last looked for; undefined while absent. */
  #version: string | undefined;
  #presence: Presence = 'unknown';

  constructor(options: DiscoveredListWatchOptions) {
    this.#options = options;
    this.path = `/apis/${options.group}/${options.resource}`;
  }

  /** By the last list that is complete; `unknown` until there is one. */
  get presence(): Presence {
    return this.#presence;
  }

  async list(_path: string, query: Query, { signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    if (query['continue'] !== undefined && this.#version !== undefined) {
      // A page that goes missing must not pass for the last one.
      const next = await unlessNotFound(this.#listAt(this.#version, query, signal));
      return next ?? this.#changed();
    }
    const found = await this.#find(query, signal);
    this.#version = found?.version;
    if (found === undefined) this.#note('absent');
    return found?.page ?? { metadata: ABSENT_METADATA, items: [] };
  }

  async watch(
    _path: string,
    query: Query,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<AsyncIterable<unknown>> {
    const found = await this.#find(PROBE, signal);
    if (found?.version !== this.#version) {
      // Noted, so that the list that follows need not confirm an absence again.
      this.#version = found?.version;
      this.#changed();
    }
    if (found === undefined) return this.#absence(signal);
    // A list is complete when a watch follows it.
    this.#note('present');
    const path = this.#collection(found.version);
    return this.#options.api.watch(path, query, { signal }).catch((error: unknown) => {
      if (classify(error) !== 'notFound') throw error;
      return this.#changed();
    });
  }

  #note(presence: Presence): void {
    const { onPresence } = this.#options;
    const changed = this.#presence !== presence;
    this.#presence = presence;
    if (changed) onPresence?.();
  }

  async *#absence(signal: AbortSignal): AsyncGenerator<unknown, void> {
    const { clock, pollMs = POLL_MS } = this.#options;
    for (;;) {
      await clock.sleep(pollMs, signal);
      if ((await this.#find(PROBE, signal)) !== undefined) this.#changed();
      yield { type: 'BOOKMARK', object: { metadata: ABSENT_METADATA } };
    }
  }

  /** Lists with the first version that has the resource; undefined when there is none, for certain. */
  async #find(query: Query, signal: AbortSignal): Promise<Found | undefined> {
    const { clock, confirmMs = CONFIRM_MS } = this.#options;
    const found = await this.#look(query, signal);
    if (found !== undefined || this.#version === undefined) return found;
    await clock.sleep(confirmMs, signal);
    return this.#look(query, signal);
  }

  async #look(query: Query, signal: AbortSignal): Promise<Found | undefined> {
    const { api, group, version: only } = this.#options;
    for (const version of await discover(api, group, signal)) {
      if (only !== undefined && version !== only) continue;
      const page = await unlessNotFound(this.#listAt(version, query, signal));
      if (page !== undefined) return { version, page };
    }
    return undefined;
  }

  #listAt(version: string, query: Query, signal: AbortSignal): Promise<unknown> {
    return this.#options.api.list(this.#collection(version), query, { signal });
  }

  #collection(version: string): string {
    const { group, resource } = this.#options;
    return `/apis/${group}/${version}/${resource}`;
  }

  #changed(): never {
    const message = `${this.path} has come, gone or changed its version`;
    throw new ApiError({ code: 410, reason: 'Expired', message });
  }
}
