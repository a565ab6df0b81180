/**
 * What the schemas of Kubernetes objects are made of. A schema is a function that reads a value of unknown shape and
 * returns the part of it that the schema names. Objects come from files too, so nothing about their shape is taken for
 * granted.
 *
 * Guarantees: a value of the wrong shape is a SnapshotError with the way to it. Kubernetes leaves out or writes null for
 * what is empty: both read as the default.
 * Limits: what a schema returns may be shared with the object and with what it returned before; it is there to be read.
 * Why there is no library underneath: thousands of pods are read at a start, each of hundreds of values, and the general
 * ones take longer for that than JSON.parse takes for the text.
 */
import { SnapshotError } from './read-object.ts';

/** @throws SnapshotError */
export type Schema<T> = (value: unknown) => T;
/** What a schema reads. */
export type Read<S> = S extends Schema<infer T> ? T : never;

function refuse(value: unknown, reason: string): never {
  throw new SnapshotError([], value === undefined ? 'is missing' : reason);
}

export const text: Schema<string> = (value) =>
  typeof value === 'string' ? value : refuse(value, 'expected text');
export const flag: Schema<boolean> = (value) =>
  typeof value === 'boolean' ? value : refuse(value, 'expected true or false');
export const number: Schema<number> = (value) =>
  typeof value === 'number' && !Number.isNaN(value) ? value : refuse(value, 'expected a number');
/** 80.0 is one too, since YAML and JSON have but one kind of number. */
export const whole: Schema<number> = (value) =>
  Number.isInteger(number(value)) ? (value as number) : refuse(value, 'expected a whole number');
/** What a schema leaves to its reader, whatever it is. */
export const anything: Schema<unknown> = (value) => value;

/** @param fallback as it would be written in the object */
export function maybe<T>(schema: Schema<T>, fallback: unknown): Schema<T> {
  const read = schema(fallback);
  return (value) => (value === undefined || value === null ? read : schema(value));
}

export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return (value) => (value === undefined || value === null ? undefined : schema(value));
}

export function list<T>(item: Schema<T>, expected = 'expected a list'): Schema<readonly T[]> {
  return maybe((value) => {
    if (!Array.isArray(value)) return refuse(value, expected);
    const values: readonly unknown[] = value;
    const read: T[] = [];
    let at = 0;
    try {
      for (; at < values.length; at++) read.push(item(values[at]));
    } catch (error) {
      throw SnapshotError.within(at, error);
    }
    return read;
  }, []);
}

export function mapping<const E extends Readonly<Record<string, Schema<unknown>>>>(
  entries: E,
): Schema<{ readonly [K in keyof E]: Read<E[K]> }> {
  const schemas = Object.entries(entries);
  // A copy of what has all its members is made at once; one that grows member by member takes twice as long.
  const unread = Object.fromEntries(schemas.map(([key]): [string, unknown] => [key, undefined]));
  return (value) => {
    const from = keyed(value, 'expected a mapping');
    const read = { ...unread };
    let at = '';
    try {
      for (const [key, schema] of schemas) {
        at = key;
        read[key] = schema(from[key]);
      }
    } catch (error) {
      throw SnapshotError.within(at, error);
    }
    return read as { readonly [K in keyof E]: Read<E[K]> };
  };
}

/** Every value is text; keys may be anything, also names of what every object inherits. */
export const textMap: Schema<Readonly<Record<string, string>>> = maybe((value) => {
  const from = keyed(value, 'expected a mapping of texts');
  for (const key of Object.keys(from)) {
    if (typeof from[key] !== 'string') throw SnapshotError.within(key, misfit(from[key]));
  }
  return from as Readonly<Record<string, string>>;
}, {});
export const texts = list(text, 'expected a list of texts');

function misfit(value: unknown): SnapshotError {
  return new SnapshotError([], value === undefined ? 'is missing' : 'expected text');
}

/** A list has keys too, and would read as a mapping that holds nothing. */
function keyed(value: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) return refuse(value, 'expected a mapping');
  if (typeof value !== 'object' || value === null) return refuse(value, expected);
  return value as Readonly<Record<string, unknown>>;
}

const NOT_A_TIME = 'expected a time such as 2021-03-22T09:26:14Z';
/** RFC 3339, and a little more. Date.parse alone would make a year of any number. */
const TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?(?:Z| ?[+-](?:0\d|1\d|2[0-3])(?::?[0-5]\d)?)$/u;
/** In milliseconds since the epoch. */
const time: Schema<number> = (value) => {
  const written = text(value);
  const read = TIME.test(written) ? Date.parse(written) : NaN;
  return Number.isNaN(read) ? refuse(value, NOT_A_TIME) : read;
};
export const maybeTime = optional(time);

export const metadata = {
  name: text,
  uid: maybe(text, ''),
  creationTimestamp: maybeTime,
  deletionTimestamp: maybeTime,
  labels: textMap,
  annotations: textMap,
};

/** Of objects that live in a namespace. */
export const namespacedMetadata = {
  ...metadata,
  namespace: maybe(text, 'default'),
  managedFields: list(mapping({ time: maybeTime, fieldsV1: anything })),
};
