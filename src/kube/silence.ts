/**
 * A limit on silence: a connection whose other end is gone without a word looks exactly like a quiet one, and only the
 * time since the last word tells them apart.
 */
import type { Clock } from './clock.ts';

/**
 * Runs `work` with a signal that aborts when `signal` does, or when `idleMs` pass without a call of `heard`.
 *
 * @returns 'ended' when the work ended by itself, 'silent' when it was stopped for its silence
 * @throws what `work` throws otherwise
 */
export async function withSilenceLimit(
  limit: { readonly idleMs: number; readonly clock: Clock },
  signal: AbortSignal,
  work: (signal: AbortSignal, heard: () => void) => Promise<void>,
): Promise<'ended' | 'silent'> {
  const own = new AbortController();
  const follow = (): void => own.abort(signal.reason);
  // A listener removed afterwards: AbortSignal.any on a signal that lives as long as the process leaks on Node 20.
  signal.addEventListener('abort', follow, { once: true });
  if (signal.aborted) follow();

  const silence = new Error(`nothing heard for ${limit.idleMs} ms`);
  let last = limit.clock.monotonic();
  const guard = async (): Promise<void> => {
    for (let quiet = 0; quiet < limit.idleMs; quiet = limit.clock.monotonic() - last) {
      await limit.clock.sleep(limit.idleMs - quiet, own.signal);
    }
    own.abort(silence);
  };
  const guarding = guard().catch((error: unknown) => {
    if (!own.signal.aborted) throw error;
  });

  try {
    await work(own.signal, () => (last = limit.clock.monotonic()));
    return 'ended';
  } catch (error) {
    if (own.signal.reason === silence) return 'silent';
    throw error;
  } finally {
    own.abort();
    signal.removeEventListener('abort', follow);
    await guarding;
  }
}
