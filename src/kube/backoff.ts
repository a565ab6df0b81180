/**
 * How long to wait before asking a struggling server again: full jitter, so that many clients that failed together do
 * not come back together, and never earlier than the server asked for.
 */

const BASE_MS = 500;
const MAX_MS = 30_000;
// A Retry-After beyond this is a mistake or an attack; an informer must not be put to sleep for a day.
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * @param attempt failures in a row before this one, from 0
 * @param random a number in [0, 1)
 * @param retryAfterSeconds what the server asked for
 * @returns milliseconds to wait
 */
export function reconnectDelay(attempt: number, random: number, retryAfterSeconds = 0): number {
  const ceiling = Math.min(MAX_MS, BASE_MS * 2 ** attempt);
  return Math.max(random * ceiling, Math.min(retryAfterSeconds * 1000, MAX_RETRY_AFTER_MS));
}
