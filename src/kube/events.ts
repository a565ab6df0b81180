/**
 * Tells people about objects, through events of events.k8s.io/v1.
 *
 * Guarantees
 * - A statement is one Event object however often and by however many replicas it is made: the name follows from the
 *   content (event-body.ts), and repeats are counted in its series (event-series.ts).
 * - Statements about one object that differ only in their note stand alone up to the tenth; further ones are counted in
 *   one more Event, whose note begins with `(combined from similar events)` (event-aggregation.ts).
 * - An object gets 25 events at once and then one each five minutes; the rest is dropped and counted. Reading is free.
 * - What is told of one object is written in the order of telling, one after the other.
 * - Failures are thrown, so that the caller's retry makes up for them; what can never succeed because the namespace
 *   is going away counts as dropped.
 * Limits: the server forgets events, after an hour by default. A series lasts until then: client-go's recorder ends it
 * after six minutes of silence and begins another Event, while here each repeat is written when it happens, so there is
 * nothing to end.
 * RBAC: the verbs create, get and patch on events of events.k8s.io.
 */
import type { Clock } from './clock.ts';
import { classify, isNamespaceTerminating } from './errors.ts';
import { EventAggregator } from './event-aggregation.ts';
import { combinedEvent, type EventInput, type EventType, type Reporter } from './event-body.ts';
import { EventSeries, type EventsApi } from './event-series.ts';
import { InOrder } from './in-order.ts';
import { TokenBuckets } from './token-buckets.ts';

export type { EventInput, EventType, Reporter } from './event-body.ts';
export type { EventsApi } from './event-series.ts';

/** Why an event was not written: its object has had too many, or its namespace is going away. */
export type DropReason = 'budget' | 'namespace';

/** For metrics. Its methods must not throw. */
export interface EventObserver {
  written(type: EventType): void;
  dropped(type: EventType, reason: DropReason): void;
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
  readonly #observer: EventObserver | undefined;
  readonly #aggregator: EventAggregator;
  readonly #series: EventSeries;
  readonly #budgets: TokenBuckets;
  /** By the object's uid. */
  readonly #order = new InOrder();

  constructor(options: EventRecorderOptions) {
    this.#observer = options.observer;
    this.#aggregator = new EventAggregator(options.clock);
    this.#series = new EventSeries(options);
    this.#budgets = new TokenBuckets(options.clock, BURST, REFILL_MS);
  }

  /** Tells of something that was seen to happen. If it was told before, the repeat is counted in the series. */
  async record(event: EventInput): Promise<void> {
    const series = this.#series;
    await this.#write(event, async (told) => {
      if (series.knows(told) && (await series.repeat(told))) return true;
      if (await series.create(told)) return true;
      if (await series.repeat(told)) return true;
      // The server forgot the event between the two calls: it is new again.
      return series.create(told);
    });
  }

  /**
   * Tells of something that may have been told already, before a restart. If it was, nothing is written; nor if it would
   * be one of several combined ones, since nobody can tell which of them were told.
   */
  async ensure(event: EventInput): Promise<void> {
    await this.#write(event, async (told) => {
      if (told !== event && (await this.exists(event))) return false;
      return this.#series.create(told);
    });
  }

  /**
   * Whether the server has the event, told by whomever: for a replica that has just taken over. An event that was counted
   * among others is not known.
   *
   * @throws the API's error, unless that is that there is no such event or namespace
   */
  exists(event: EventInput): Promise<boolean> {
    return this.#series.exists(event);
  }

  /**
   * Spends the object's budget on `write` and counts what came of it. Only what was written costs budget.
   *
   * @param write gets the event itself, or the one that it is combined in
   */
  async #write(event: EventInput, write: (told: EventInput) => Promise<boolean>): Promise<void> {
    const { uid } = event.regarding;
    await this.#order.run(uid, async () => {
      const told = this.#aggregator.combines(event) ? combinedEvent(event) : event;
      if (!this.#budgets.has(uid)) {
        this.#observer?.dropped(event.type, 'budget');
        return;
      }
      try {
        if (!(await write(told))) return;
      } catch (error) {
        if (!isNamespaceGoing(error)) throw error;
        this.#observer?.dropped(event.type, 'namespace');
        return;
      }
      this.#budgets.take(uid);
      this.#observer?.written(event.type);
    });
  }
}

/** Nothing can be created in a namespace that is gone or going, and soon nobody is left to read it. */
function isNamespaceGoing(error: unknown): boolean {
  return classify(error) === 'notFound' || isNamespaceTerminating(error);
}
