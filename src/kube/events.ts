/**
 * Tells people about objects, through events of events.k8s.io/v1.
 *
 * Guarantees
 * - A statement is one Event object however often and by however many replicas it is made: the name follows from the
 *   content (event-body.ts), and repeats are counted in its series.
 * - An object gets 25 events at once and then one each five minutes; the rest is dropped and counted.
 * - Failures are thrown, so that the caller's retry makes up for them; what can never succeed because the namespace
 *   is going away counts as dropped.
 * Limits: the server forgets events, after an hour by default; two replicas counting the same repeat may count it once.
 * RBAC: the verbs create, get and patch on events of events.k8s.io.
 */
import {
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  type ConfigurationOptions,
} from '@kubernetes/client-node';
import type { Clock } from './clock.ts';
import { asApiError, classify } from './errors.ts';
import {
  eventBody,
  eventName,
  eventNamespace,
  type EventBody,
  type EventInput,
  type EventType,
  type Reporter,
} from './event-body.ts';
import { TokenBuckets } from './token-buckets.ts';

export type { EventInput, EventType, Reporter } from './event-body.ts';

/** The calls this file makes; the generated EventsV1Api has them. */
export interface EventsApi {
  createNamespacedEvent(request: { namespace: string; body: EventBody }): Promise<unknown>;
  readNamespacedEvent(request: {
    namespace: string;
    name: string;
  }): Promise<{ readonly series?: { readonly count: number } }>;
  patchNamespacedEvent(
    request: { namespace: string; name: string; body: unknown },
    options?: ConfigurationOptions,
  ): Promise<unknown>;
}

/** For metrics. Its methods must not throw. */
export interface EventObserver {
  written(type: EventType): void;
  dropped(type: EventType): void;
}

export interface EventRecorderOptions {
  readonly api: EventsApi;
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly observer?: EventObserver;
}

const BURST = 25;
const REFILL_MS = 300_000;

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #budgets: TokenBuckets;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#budgets = new TokenBuckets(options.clock, BURST, REFILL_MS);
  }

  /** Tells of something that was seen to happen. If it was told before, the repeat is counted in the series. */
  async record(event: EventInput): Promise<void> {
    await this.#write(event, async () => {
      if (await this.#create(event)) return true;
      if (await this.#countRepeat(event)) return true;
      // The server forgot the event between the two calls: it is new again.
      return this.#create(event);
    });
  }

  /** Tells of something that may have been told already, before a restart. If it was, nothing is written. */
  async ensure(event: EventInput): Promise<void> {
    await this.#write(event, () => this.#create(event));
  }

  /** Spends the object's budget on `write` and counts what came of it. Only what was written costs budget. */
  async #write(event: EventInput, write: () => Promise<boolean>): Promise<void> {
    const { observer } = this.#options;
    const { uid } = event.regarding;
    if (!this.#budgets.has(uid)) {
      observer?.dropped(event.type);
      return;
    }
    try {
      if (!(await write())) return;
    } catch (error) {
      if (!isNamespaceGoing(error)) throw error;
      observer?.dropped(event.type);
      return;
    }
    this.#budgets.take(uid);
    observer?.written(event.type);
  }

  /** Whether the event was created; false when it is there already. */
  async #create(event: EventInput): Promise<boolean> {
    const { api, clock, reporter } = this.#options;
    const body = eventBody(event, reporter, new Date(clock.now()));
    try {
      await api.createNamespacedEvent({ namespace: eventNamespace(event), body });
      return true;
    } catch (error) {
      if (classify(error) === 'conflict') return false;
      throw error;
    }
  }

  /** Whether the repeat was counted; false when the event is not there any more. */
  async #countRepeat(event: EventInput): Promise<boolean> {
    const { api, clock } = this.#options;
    const address = { namespace: eventNamespace(event), name: eventName(event) };
    try {
      const { series } = await api.readNamespacedEvent(address);
      // The first event has no series and counts as one.
      const count = (series?.count ?? 1) + 1;
      await api.patchNamespacedEvent(
        { ...address, body: { series: { count, lastObservedTime: new V1MicroTime(clock.now()) } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
      return true;
    } catch (error) {
      if (classify(error) === 'notFound') return false;
      throw error;
    }
  }
}

/** Nothing can be created in a namespace that is gone or going, and soon nobody is left to read it. */
function isNamespaceGoing(error: unknown): boolean {
  const answer = asApiError(error);
  return (
    answer?.code === 404 ||
    (answer?.code === 403 && answer.causes.some(({ reason }) => reason === 'NamespaceTerminating'))
  );
}
