/**
 * Reads an object of unknown shape by a schema.
 *
 * Guarantees: what has the wrong shape is a SnapshotError that names the place in the object.
 */
import * as v from 'valibot';

/** An object is not what its kind says it is. */
export class SnapshotError extends Error {
  /** The way to the offending value: `['spec', 'containers', 0, 'name']`. */
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(path.length === 0 ? message : `${path.join('.')}: ${message}`);
    this.name = 'SnapshotError';
    this.path = path;
  }
}

/** @throws SnapshotError */
export function readObject<S extends v.GenericSchema>(schema: S, object: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, object, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  throw new SnapshotError(path, issue.received === 'undefined' ? 'is missing' : issue.message);
}

/**
 * What stands at the end of a way into a value that no schema has seen; undefined where the way ends early. It is for
 * parts that only hint at something: what is odd about them is nobody's business.
 */
export function inside(value: unknown, ...way: readonly string[]): unknown {
  return way.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined,
    value,
  );
}
