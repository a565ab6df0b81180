/**
 * What goes wrong when an object of unknown shape is read.
 *
 * Guarantees: what has the wrong shape is a SnapshotError that names the place in the object.
 */

/** An object is not what its kind says it is. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  /** The way to the offending value: `['spec', 'containers', 0, 'name']`. */
  readonly path: readonly (string | number)[];
  /** What is wrong with it, without the place. */
  readonly reason: string;

  constructor(path: readonly (string | number)[], reason: string) {
    super(path.length === 0 ? reason : `${path.join('.')}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }

  /** The error as it is seen from further out, where the value at fault is inside what stands at `key`. */
  static within(key: string | number, error: unknown): unknown {
    return error instanceof SnapshotError ? new SnapshotError([key, ...error.path], error.reason) : error;
  }
}

/**
 * What stands at the end of a way into a value that no schema has seen; undefined where the way ends early. It is for
 * parts that only hint at something: what is odd about them is nobody's business.
 */
export function inside(value: unknown, ...way: readonly string[]): unknown {
  let at = value;
  for (const key of way) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}
