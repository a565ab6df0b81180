/**
 * An event as events.k8s.io/v1 wants it: pure, with a name that follows from what the event says.
 *
 * Guarantees: the same statement about the same object has the same name in every replica and after every restart, so
 * that the server itself refuses duplicates; the note fits the API's limit and never ends in half a character.
 */
import { createHash } from 'node:crypto';
import { microTime } from './micro-time.ts';

export type EventType = 'Normal' | 'Warning';

/** Something to tell about an object. */
export interface EventInput {
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    /** Empty for cluster-scoped objects. */
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly type: EventType;
  /** PascalCase word for why, at most 128 characters: the server rejects more. */
  readonly reason: string;
  /** A sentence for people; cut to 1024 bytes. */
  readonly note: string;
  /**
   * What makes it the same statement when its note is worded otherwise, for example because it holds a number; the note
   * itself by default.
   */
  readonly identity?: string;
  /** PascalCase word for what was done, at most 128 characters. */
  readonly action: string;
}

/** The event as it is sent. */
export interface EventBody extends Omit<EventInput, 'identity'> {
  readonly apiVersion: 'events.k8s.io/v1';
  readonly kind: 'Event';
  readonly metadata: { readonly name: string; readonly namespace: string };
  /** MicroTime. */
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
}

/** Who tells it. */
export interface Reporter {
  /** Qualified name of the controller, for example `example.com/auditor`. */
  readonly controller: string;
  /** This replica, at most 128 characters. */
  readonly instance: string;
}

const MAX_NOTE_BYTES = 1024;
const MAX_NAME = 253;
/** An identity that no statement has of its own accord. */
const COMBINED = '(combined from similar events)';

/** The namespace an event about the object lives in: the object's, or `default` for cluster-scoped ones. */
export function eventNamespace(event: EventInput): string {
  return event.regarding.namespace === '' ? 'default' : event.regarding.namespace;
}

export function eventBody(event: EventInput, reporter: Reporter, now: Date): EventBody {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: eventName(event), namespace: eventNamespace(event) },
    eventTime: microTime(now),
    regarding: event.regarding,
    type: event.type,
    reason: event.reason,
    note: noteOf(event),
    action: event.action,
    reportingController: reporter.controller,
    reportingInstance: reporter.instance,
  };
}

/**
 * `<object's name>.<hash>`, a valid resource name for any object name and note. The hash is of the object's uid, the
 * type, the reason and what makes the statement the same one.
 */
export function eventName(event: EventInput): string {
  const { regarding, type, reason, note, identity } = event;
  const same = identity === undefined ? [note] : ['identity', identity];
  const said = JSON.stringify([regarding.uid, type, reason, ...same]);
  const hash = createHash('sha256').update(said).digest('hex').slice(0, 16);
  const name = regarding.name
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, MAX_NAME - hash.length - 1)
    .replace(/[.-]+$/, '');
  return `${name}.${hash}`;
}

/** One event for all that are alike but for their notes, with the note of this one. The words are client-go's. */
export function combinedEvent(event: EventInput): EventInput {
  return {
    ...event,
    note: `(combined from similar events): ${event.note}`,
    identity: COMBINED,
  };
}

/** The note as it is sent. */
export function noteOf({ note }: EventInput): string {
  return truncateToBytes(note, MAX_NOTE_BYTES);
}

/** The longest beginning of `text` that takes at most `limit` bytes of UTF-8, without half a character at its end. */
export function truncateToBytes(text: string, limit: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(limit));
  return text.slice(0, read);
}
