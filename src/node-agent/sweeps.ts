/**
 * A sweep now and then, each after the one before has ended: so there are never two of them at once.
 *
 * Guarantees: the agents of a cluster that started together do not go on sweeping together. A sweep that fails does not
 * keep the next one from beginning.
 */
import type { Clock } from '../kube/clock.ts';

export interface SweepsOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly sweep: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** The interval is longer or shorter by up to this part of it. */
const JITTER = 0.1;

/** Runs until `signal` aborts; a sweep that is under way then is waited for. */
export async function sweepNowAndThen(options: SweepsOptions, signal: AbortSignal): Promise<void> {
  const { clock, intervalMs, random, sweep, onFailure } = options;
  for (;;) {
    const pause = intervalMs * (1 - JITTER + 2 * JITTER * random());
    const slept = await clock.sleep(pause, signal).then(
      () => true,
      () => false,
    );
    if (!slept) return;
    await sweep().catch(onFailure);
  }
}
