/**
 * Keys that are due later.
 *
 * Guarantees: a key has one date, the earliest that was asked for, and the highest priority that was asked for; a date
 * that only a failure asked for can be revoked.
 */
import type { Clock } from './clock.ts';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';

// Node fires a longer timer at once; a key that comes early is harmless, a tight loop of them is not.
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface DelayedKeysOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when the date of a key has come. */
  readonly onDue: (key: string, priority: number) => void;
}

export interface Delay {
  readonly ms: number;
  readonly priority: number;
  /** A failure asked for it and nobody else: a success revokes it. */
  readonly retry: boolean;
}

interface Appointment {
  readonly due: number;
  readonly cancel: AbortController;
  priority: number;
  retry: boolean;
}

export class DelayedKeys {
  readonly #options: DelayedKeysOptions;
  readonly #appointments = new Map<string, Appointment>();

  constructor(options: DelayedKeysOptions) {
    this.#options = options;
  }

  /** Makes the key due `ms` milliseconds from now, unless it is due before. */
  add(key: string, { ms, priority, retry }: Delay): void {
    const { clock, logger } = this.#options;
    const due = clock.monotonic() + ms;
    const before = this.#appointments.get(key);
    if (before !== undefined && before.due <= due) {
      before.priority = Math.max(before.priority, priority);
      // Somebody else relies on the earlier date now: a success must not revoke it.
      before.retry &&= retry;
      return;
    }
    before?.cancel.abort();
    const appointment = {
      due,
      cancel: new AbortController(),
      priority: Math.max(before?.priority ?? priority, priority),
      retry,
    };
    this.#appointments.set(key, appointment);
    void this.#wait(key, ms, appointment).catch((error: unknown) => {
      if (!appointment.cancel.signal.aborted)
        logger.error('a timer failed', { key, error: describeError(error) });
    });
  }

  /** Takes back the date if only a failure asked for it. */
  revokeRetry(key: string): void {
    if (this.#appointments.get(key)?.retry === true) this.#cancel(key);
  }

  clear(): void {
    for (const key of this.#appointments.keys()) this.#cancel(key);
  }

  #cancel(key: string): void {
    this.#appointments.get(key)?.cancel.abort();
    this.#appointments.delete(key);
  }

  async #wait(key: string, ms: number, appointment: Appointment): Promise<void> {
    const { clock, onDue } = this.#options;
    await clock.sleep(Math.min(ms, MAX_TIMER_MS), appointment.cancel.signal);
    this.#appointments.delete(key);
    onDue(key, appointment.priority);
  }
}
