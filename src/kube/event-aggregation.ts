/**
 * Tells when an object gets too many events that are alike in type and reason and differ only in what they say: more
 * than ten different ones, with never ten minutes between two of them. client-go's EventCorrelator has the same numbers
 * (its tenth is the first to be combined, ours the eleventh).
 *
 * Guarantees: pure but for the clock; the first ten go on standing alone when they are repeated, and asking twice about
 * the same statement, because writing it failed, changes nothing.
 * Limits: 4096 groups of look-alikes are remembered; beyond that the one unused for longest starts over.
 */
import type { Clock } from './clock.ts';
import { eventName, type EventInput } from './event-body.ts';
import { LruMap } from './lru-map.ts';

const MAX_ALONE = 10;
const WINDOW_MS = 600_000;
const MAX_GROUPS = 4096;

interface Group {
  /** The names of the events that stand alone. */
  readonly alone: ReadonlySet<string>;
  /** When the last of them was told, by the monotonic clock. */
  readonly lastAt: number;
}

export class EventAggregator {
  readonly #clock: Clock;
  readonly #groups = new LruMap<string, Group>(MAX_GROUPS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the event, which is told now, is to be combined with those that are like it. */
  combines(event: EventInput): boolean {
    const { regarding, type, reason } = event;
    const key = JSON.stringify([regarding.uid, type, reason]);
    const now = this.#clock.monotonic();
    const group = this.#groups.get(key);
    const before = group !== undefined && now - group.lastAt <= WINDOW_MS ? group.alone : new Set<string>();
    const name = eventName(event);
    const combined = !before.has(name) && before.size >= MAX_ALONE;
    this.#groups.set(key, { alone: combined ? before : new Set([...before, name]), lastAt: now });
    return combined;
  }
}
