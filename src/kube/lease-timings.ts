/**
 * The three times of a leader election, and how they must relate. The safety of the election rests on the relation: a
 * holder stops to lead before anybody else may take the lease.
 */

export interface LeaseTimings {
  /** How long others leave the lease alone after its last change, in milliseconds. */
  readonly leaseDurationMs: number;
  /** How long a holder leads after its last successful renewal began, in milliseconds. */
  readonly renewDeadlineMs: number;
  /** Time between two attempts to acquire or renew, in milliseconds, give or take a fifth. */
  readonly retryPeriodMs: number;
}

/** As in client-go's users: controller-runtime, the scheduler, the controller manager. */
export const DEFAULT_TIMINGS: LeaseTimings = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** Longest and shortest wait between two attempts, in retry periods. */
export const JITTER = { least: 0.8, most: 1.2 } as const;

/** An hour: a record that asks for more is not one of ours, and would stop every election after a crash. */
export const MAX_LEASE_DURATION_MS = 3_600_000;

/** Why the timings are not safe, or undefined when they are. In seconds, as people give them. */
export function timingsProblem(timings: LeaseTimings): string | undefined {
  const { leaseDurationMs: lease, renewDeadlineMs: renew, retryPeriodMs: retry } = timings;
  const s = (ms: number): string => `${ms / 1000} s`;
  // Negated, so that NaN is refused too.
  if (!(retry > 0)) return `the retry period (${s(retry)}) must be more than 0 s`;
  if (!(lease <= MAX_LEASE_DURATION_MS)) {
    return `the lease duration (${s(lease)}) must be at most ${s(MAX_LEASE_DURATION_MS)}`;
  }
  if (!(lease > renew))
    return `the lease duration (${s(lease)}) must be longer than the renew deadline (${s(renew)})`;
  if (!(renew > retry * JITTER.most)) {
    return `the renew deadline (${s(renew)}) must be longer than ${JITTER.most} retry periods (of ${s(retry)})`;
  }
  return undefined;
}
