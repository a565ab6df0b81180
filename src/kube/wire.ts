/**
 * What an informer reads of the API's answers: pages of a list, events of a watch, and whose object it is.
 *
 * Guarantees: nothing is assumed about the sender; an answer of another shape is a MalformedAnswerError, an event that
 * reports an error is an ApiError. Objects themselves stay unknown: reading them is the projection's work.
 */
import { apiErrorFromAnswer, MalformedAnswerError } from './errors.ts';

export interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** Token of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

export type WatchEvent =
  | { readonly type: 'put'; readonly object: unknown; readonly resourceVersion: string }
  | { readonly type: 'delete'; readonly object: unknown; readonly resourceVersion: string }
  /** Nothing happened up to this version: a watch may resume here. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

export interface Identity {
  /** `namespace/name`, or `name` where there is no namespace. */
  readonly key: string;
  /** Tells an object from a later one of the same name. */
  readonly uid: string;
  /** The object's version; empty where it has none. */
  readonly resourceVersion: string;
}

export function parsePage(answer: unknown): Page {
  const { items, metadata } = record(answer);
  if (items !== null && !Array.isArray(items)) throw new MalformedAnswerError('a list without items');
  const { continue: next } = record(metadata);
  return {
    items: items ?? [],
    resourceVersion: resourceVersionOf(answer),
    next: typeof next === 'string' && next !== '' ? next : undefined,
  };
}

export function parseWatchEvent(line: unknown): WatchEvent {
  const { type, object } = record(line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'put', object, resourceVersion: resourceVersionOf(object) };
    case 'DELETED':
      return { type: 'delete', object, resourceVersion: resourceVersionOf(object) };
    case 'BOOKMARK':
      return { type: 'bookmark', resourceVersion: resourceVersionOf(object) };
    case 'ERROR':
      throw apiErrorFromAnswer(500, object);
    default:
      throw new MalformedAnswerError(`a watch event of unknown type: ${String(type)}`);
  }
}

/** @throws MalformedAnswerError when the object has no name */
export function identify(object: unknown): Identity {
  const { namespace, name, uid, resourceVersion } = record(record(object)['metadata']);
  if (typeof name !== 'string' || name === '') throw new MalformedAnswerError('an object without a name');
  return {
    // Joined, not concatenated: a concatenation keeps both halves and is flattened into a third string.
    key: typeof namespace === 'string' && namespace !== '' ? [namespace, name].join('/') : name,
    uid: typeof uid === 'string' ? uid : '',
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
  };
}

function resourceVersionOf(object: unknown): string {
  const { resourceVersion } = record(record(object)['metadata']);
  if (typeof resourceVersion === 'string' && resourceVersion !== '') return resourceVersion;
  throw new MalformedAnswerError('an answer without a resource version');
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
