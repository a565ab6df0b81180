/** What is asked of every object that was read, whatever it is: its kind, and its facts or the line that is wrong. */
import { SnapshotError } from '../controller/snapshot.ts';
import { InputError } from './input/input-error.ts';
import type { SourceObject } from './input/source-object.ts';

/** `Pod`, or with its group `apps/Deployment`. */
export function kindOf({ object }: Pick<SourceObject, 'object'>): string {
  const [group = '', version] = String(object['apiVersion']).split('/');
  const kind = String(object['kind']);
  if (version !== undefined) return `${group}/${kind}`;
  return group === 'v1' ? kind : `${group}//${kind}`;
}

/** Turns a wrong shape into an error that names the line. */
export function translate<T>(source: SourceObject, snapshot: (object: unknown) => T): T {
  try {
    return snapshot(source.object);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new InputError({ ...source.origin, line: source.lineOf(error.path) }, error.message, error);
  }
}
