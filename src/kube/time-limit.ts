/**
 * A limit on how long one piece of work may take, also of work that does not care about signals.
 */
import type { Clock } from './clock.ts';

/**
 * Runs `work` with a signal that aborts when `signal` does, or when `ms` have passed; then it is no longer waited for.
 * Work that goes on nevertheless must look at its signal before it does anything that others see.
 *
 * @throws the reason of `signal`, an Error when the time is over, or what `work` throws before that
 */
export async function withTimeLimit<T>(
  { ms, clock }: { readonly ms: number; readonly clock: Clock },
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    own.signal.addEventListener('abort', () => reject(own.signal.reason as Error), { once: true });
  });
  const follow = (): void => own.abort(signal.reason);
  // A listener removed afterwards: AbortSignal.any on a signal that lives as long as the process leaks on Node 20.
  signal.addEventListener('abort', follow, { once: true });
  const done = new AbortController();
  const timing = clock.sleep(ms, done.signal).then(
    () => own.abort(new Error(`no answer within ${ms} ms`)),
    (error: unknown) => {
      if (!done.signal.aborted) throw error;
    },
  );
  try {
    return await Promise.race([work(own.signal), aborted]);
  } finally {
    signal.removeEventListener('abort', follow);
    done.abort();
    await timing;
  }
}
