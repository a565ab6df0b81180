/**
 * What the schemas of Kubernetes objects are made of. Objects come from files too, so nothing about their shape is
 * taken for granted; what a schema does not name is dropped.
 *
 * Kubernetes leaves out or writes null for what is empty: both read as the default.
 */
import * as v from 'valibot';

export const text = v.string('expected text');
export const flag = v.boolean('expected true or false');
/** 80.0 is one too, since YAML and JSON have but one kind of number. */
export const whole = v.pipe(v.number('expected a number'), v.integer('expected a whole number'));

export const maybe = <S extends v.GenericSchema, const D extends v.InferInput<S>>(schema: S, fallback: D) =>
  v.nullish(schema, fallback);
export const list = <S extends v.GenericSchema>(item: S) => maybe(v.array(item, 'expected a list'), []);

// To valibot a list is an object too, and would read as a mapping that holds nothing.
const notList = v.check((value: unknown) => !Array.isArray(value), 'expected a mapping');
export const mapping = <const E extends v.ObjectEntries>(entries: E) =>
  v.pipe(v.unknown(), notList, v.object(entries, 'expected a mapping'));
export const textMap = maybe(
  v.pipe(v.unknown(), notList, v.record(v.string(), text, 'expected a mapping of texts')),
  {},
);
export const texts = maybe(v.array(text, 'expected a list of texts'), []);
/** What a schema leaves to its reader, whatever it is. */
export const anything = v.optional(v.unknown());

const NOT_A_TIME = 'expected a time such as 2021-03-22T09:26:14Z';
/** RFC 3339 to milliseconds since the epoch. Date.parse alone would make a year of any number. */
const time = v.pipe(
  text,
  v.isoTimestamp(NOT_A_TIME),
  v.transform((written) => Date.parse(written)),
  v.number(NOT_A_TIME),
);
export const maybeTime = v.nullish(time, null);

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
