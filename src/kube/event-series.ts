/**
 * Events as the server keeps them: made once, then counted in their series.
 *
 * Guarantees
 * - A repeat is one request as long as this process was the last to count the event; else it reads first.
 * - No repeat is lost: each count is a patch of the version it was counted from, and when another replica has counted in
 *   the meantime the server refuses and it is counted again from there.
 * - Where the note may change under the same name (an `identity`), it is the latest one if the server allows that. From
 *   Kubernetes 1.24 on it does not, and the first note stays.
 * Limits: 4096 series are remembered; beyond that the one counted longest ago is read again.
 * RBAC: the verbs create, get and patch on events of events.k8s.io.
 */
import type { Clock } from './clock.ts';
import { asApiError, classify } from './errors.ts';
import {
  eventBody,
  eventName,
  eventNamespace,
  noteOf,
  type EventBody,
  type EventInput,
  type Reporter,
} from './event-body.ts';
import { LruMap } from './lru-map.ts';
import { microTime } from './micro-time.ts';

/** What the server says of an event it has, as far as it matters here. */
export interface StoredEvent {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly note?: string;
  readonly series?: { readonly count: number };
}

/** The calls this file makes; the body of a patch is a merge patch. See api-calls.ts. */
export interface EventsApi {
  createNamespacedEvent(request: { namespace: string; body: EventBody }): Promise<StoredEvent>;
  readNamespacedEvent(request: { namespace: string; name: string }): Promise<StoredEvent>;
  patchNamespacedEvent(request: { namespace: string; name: string; body: unknown }): Promise<StoredEvent>;
}

export interface EventSeriesOptions {
  readonly api: EventsApi;
  readonly reporter: Reporter;
  readonly clock: Clock;
}

/** What a repeat is counted from. */
interface Known {
  readonly version: string | undefined;
  readonly count: number;
  /** Of an event whose note may differ from time to time. */
  readonly note: string | undefined;
}

const MAX_KNOWN = 4096;
/** The API's counts have 32 bits, and anybody who may write events may have set this one. */
const MAX_COUNT = 2 ** 31 - 1;
/** Other replicas that count at the same moment; beyond that the caller's backoff is the better way. */
const MAX_CONFLICTS = 5;

export class EventSeries {
  readonly #options: EventSeriesOptions;
  /** By namespace and name, as this process last wrote them. */
  readonly #known = new LruMap<string, Known>(MAX_KNOWN);
  #notesMayChange = true;

  constructor(options: EventSeriesOptions) {
    this.#options = options;
  }

  /** Whether this process wrote the event and may count a repeat without creating or reading it first. */
  knows(event: EventInput): boolean {
    return this.#known.get(addressOf(event).key) !== undefined;
  }

  /** Whether the event was created; false when it is there already. */
  async create(event: EventInput): Promise<boolean> {
    const { api, clock, reporter } = this.#options;
    const { namespace, key } = addressOf(event);
    try {
      const body = eventBody(event, reporter, new Date(clock.now()));
      this.#known.set(key, knownOf(event, await api.createNamespacedEvent({ namespace, body })));
      return true;
    } catch (error) {
      if (classify(error) === 'conflict') return false;
      throw error;
    }
  }

  /** Whether the server has the event, whoever wrote it. */
  async exists(event: EventInput): Promise<boolean> {
    return (await this.#read(event)) !== undefined;
  }

  /** Whether the repeat was counted; false when the event is not there any more. */
  async repeat(event: EventInput): Promise<boolean> {
    const { key } = addressOf(event);
    for (let conflicts = 0; ; conflicts++) {
      const stored = this.#known.get(key) ?? (await this.#read(event));
      this.#known.delete(key);
      if (stored === undefined) return false;
      try {
        const counted = await unlessNotFound(this.#count(event, stored));
        if (counted !== undefined) this.#known.set(key, knownOf(event, counted));
        return counted !== undefined;
      } catch (error) {
        if (classify(error) !== 'conflict' || conflicts === MAX_CONFLICTS) throw error;
      }
    }
  }

  async #read(event: EventInput): Promise<Known | undefined> {
    const { namespace, name } = addressOf(event);
    const stored = await unlessNotFound(this.#options.api.readNamespacedEvent({ namespace, name }));
    return stored === undefined ? undefined : knownOf(event, stored);
  }

  async #count(event: EventInput, known: Known): Promise<StoredEvent> {
    const { api, clock } = this.#options;
    const { namespace, name } = addressOf(event);
    const counted = {
      metadata: { resourceVersion: known.version },
      series: {
        count: Math.min(known.count + 1, MAX_COUNT),
        lastObservedTime: microTime(clock.now()),
      },
    };
    const patch = (body: unknown): Promise<StoredEvent> =>
      api.patchNamespacedEvent({ namespace, name, body });
    const note = noteOf(event);
    if (!this.#notesMayChange || known.note === undefined || known.note === note) return patch(counted);
    try {
      return await patch({ ...counted, note });
    } catch (error) {
      // Nothing else in the patch can be invalid: this is a server that lets no note change.
      if (asApiError(error)?.code !== 422) throw error;
      this.#notesMayChange = false;
      return patch(counted);
    }
  }
}

function knownOf({ identity }: EventInput, { metadata, note, series }: StoredEvent): Known {
  return {
    version: metadata?.resourceVersion,
    // The first event has no series and counts as one.
    count: Math.max(series?.count ?? 1, 1),
    note: identity === undefined ? undefined : (note ?? ''),
  };
}

function addressOf(event: EventInput): {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
} {
  const namespace = eventNamespace(event);
  const name = eventName(event);
  return { namespace, name, key: `${namespace}/${name}` };
}

async function unlessNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (classify(error) !== 'notFound') throw error;
    return undefined;
  }
}
