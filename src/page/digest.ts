/** A short name that content gives itself, so that an address means the same as long as what it points to is the same. */
import { createHash } from 'node:crypto';

export function digest(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 10);
}
