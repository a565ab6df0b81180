/**
 * Leader election among the replicas of a controller, on one Lease, by the rules of client-go.
 *
 * Guarantees
 * - At no moment do two electors say `leading`: one leads until `renewDeadline` after its last successful renewal was
 *   sent, and nobody takes the lease from another before its record has been seen unchanged for the lease duration,
 *   which is longer. Only durations are measured, by the monotonic clock: neither the wall clocks of the replicas nor the
 *   times in the record matter. Clocks may run at different speeds, up to the ratio of the two times (1.5 by default).
 * - `leading` is worked out at the call, so a process that was stopped for a while says no as soon as it goes on.
 * - Losing is not the end: the elector follows and may win again. `run` ends by the caller's signal alone.
 * - There is one attempt at a time, and it ends in half the renew deadline, so one request without an answer does not
 *   cost the leadership.
 * - It is the holder's lease duration that counts, not our own, as in client-go since v1.28: while a rollout changes the
 *   duration, the old leader keeps its word to itself and not to us.
 * Limits: a Lease deleted while held can give a second leader for one retry period, if an elector starts in that moment
 * that has never seen the Lease; those that have seen it wait. So can somebody who writes to the Lease by hand. A machine
 * suspended as a whole does not count the time on Linux.
 */
import type { Clock } from './clock.ts';
import { describeError } from './describe-error.ts';
import { LeaseClient, type FoundLease, type LeaseApi, type LeaseRecord } from './lease.ts';
import {
  DEFAULT_TIMINGS,
  JITTER,
  MAX_LEASE_DURATION_MS,
  timingsProblem,
  type LeaseTimings,
} from './lease-timings.ts';
import type { Logger } from './logger.ts';
import { withTimeLimit } from './time-limit.ts';

export interface LeaderElectorOptions extends Partial<LeaseTimings> {
  readonly api: LeaseApi;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly namespace: string;
  readonly name: string;
  /** Unique for each process: two of the same identity would both lead. */
  readonly identity: string;
  /** A number in [0, 1); Math.random by default. */
  readonly random?: () => number;
}

/** Somebody else's right to lead, which we must leave alone for a while. */
interface Claim {
  /** Of the record; as long as it does not change, the time runs out. */
  readonly fingerprint: string;
  readonly durationMs: number;
  /** By the monotonic clock. */
  readonly until: number;
}

/** In the place of a record: the Lease was deleted. */
const DELETED = '';

/** Our own write may arrive after we have given it up, and make the release a lost race; more than twice it does not. */
const RELEASE_ATTEMPTS = 3;

export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #timings: LeaseTimings;
  readonly #lease: LeaseClient;
  readonly #handlers: ((leading: boolean) => void)[] = [];
  #ran = false;
  /** When the last successful renewal was sent, by the monotonic clock; undefined while following. */
  #renewedAt: number | undefined;
  /** What the handlers were told last. */
  #told = false;
  /** Waits for the end of leadership. */
  #guarding: Promise<void> | undefined;
  #holder: string | undefined;
  /** There was a Lease once. */
  #seen = false;
  /** What gives another elector the right to lead. */
  #other: Claim | undefined;
  /** A write with our identity was sent, and nothing read since says that another holds the lease. */
  #mayHold = false;
  #failure: unknown;

  /** @throws Error when the timings are not safe */
  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#timings = {
      leaseDurationMs: options.leaseDurationMs ?? DEFAULT_TIMINGS.leaseDurationMs,
      renewDeadlineMs: options.renewDeadlineMs ?? DEFAULT_TIMINGS.renewDeadlineMs,
      retryPeriodMs: options.retryPeriodMs ?? DEFAULT_TIMINGS.retryPeriodMs,
    };
    const problem = timingsProblem(this.#timings);
    if (problem !== undefined) throw new Error(`leader election: ${problem}`);
    this.#lease = new LeaseClient(options.api, options.namespace, options.name);
  }

  /** True only while the lease is surely ours, at this very moment. */
  get leading(): boolean {
    return this.#timeLeft() > 0;
  }

  /** Who holds the lease as last seen; undefined when nobody does or it is not known. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** The last failure to read or renew, until it works again. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Calls `handler` with true when leadership begins and with false when it ends. Register before `run`. What it throws
   * is logged. After the process was stopped, the end is told a moment later than `leading` knows it.
   */
  onChange(handler: (leading: boolean) => void): void {
    this.#handlers.push(handler);
  }

  /**
   * Takes part until `signal` aborts, then gives the lease back if it is held, and resolves. Never rejects for failures
   * of the API. May be called once. Whatever needs the lease must have ended before the signal aborts.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#ran) throw new Error('a leader elector runs once');
    this.#ran = true;
    const { clock, random = Math.random } = this.#options;
    const over = new AbortController();
    while (!signal.aborted) {
      await this.#attempt(signal, over.signal);
      const jitter = JITTER.least + random() * (JITTER.most - JITTER.least);
      await sleep(clock, this.#timings.retryPeriodMs * jitter, signal);
    }
    // In this order: nobody may lead by a lease that is given back.
    this.#stopLeading();
    over.abort();
    await this.#guarding;
    if (this.#mayHold) await this.#release();
  }

  async #attempt(signal: AbortSignal, over: AbortSignal): Promise<void> {
    try {
      await this.#limited(signal, async (limited) => {
        const sentAt = await this.#acquireOrRenew(limited);
        if (sentAt !== undefined) this.#lead(sentAt, over);
      });
      this.#works();
    } catch (error) {
      if (!signal.aborted) this.#fails(error);
    }
    // The deadline may have passed meanwhile.
    this.#tell();
  }

  /** @returns when the write was sent that made or kept the lease ours; undefined when it is not ours */
  async #acquireOrRenew(signal: AbortSignal): Promise<number | undefined> {
    const { clock, identity, logger } = this.#options;
    const found = await this.#lease.read(signal);
    signal.throwIfAborted();
    this.#observe(found);
    if (this.#other !== undefined && clock.monotonic() < this.#other.until) return undefined;
    const record = this.#record(found);
    this.#mayHold = true;
    const sentAt = clock.monotonic();
    const written =
      found === undefined
        ? await this.#lease.create(record, signal)
        : await this.#lease.replace(found, record, signal);
    // An answer that comes after the time limit counts for nothing; the next attempt reads what became of it.
    signal.throwIfAborted();
    if (written) {
      this.#holder = identity;
      this.#seen = true;
      this.#other = undefined;
      return sentAt;
    }
    logger.debug('lost a race for the lease', this.#fields());
    return undefined;
  }

  /** Takes note of who holds the lease, and since when we know. */
  #observe(found: FoundLease | undefined): void {
    this.#holder = found?.holder;
    if (found === undefined) {
      // Whoever held the Lease that is gone may lead a little longer, also if we never saw who it was.
      if (this.#seen && !this.leading) this.#leaveAlone(DELETED, this.#other?.durationMs);
      return;
    }
    this.#seen = true;
    if (found.holder === this.#options.identity) {
      // A write of ours that arrived late, after another one's time began.
      if (this.#other !== undefined) this.#leaveAlone(found.fingerprint, this.#other.durationMs);
      return;
    }
    this.#mayHold = false;
    if (found.holder === undefined) this.#other = undefined;
    else this.#leaveAlone(found.fingerprint, found.durationMs);
    this.#stopLeading();
  }

  /** Every change restarts the time for which the others are left alone. */
  #leaveAlone(fingerprint: string, asked: number | undefined): void {
    if (fingerprint === this.#other?.fingerprint) return;
    const sensible = asked !== undefined && asked <= MAX_LEASE_DURATION_MS;
    const durationMs = sensible ? asked : this.#timings.leaseDurationMs;
    this.#other = { fingerprint, durationMs, until: this.#options.clock.monotonic() + durationMs };
  }

  /** What we write over `found`. */
  #record(found: FoundLease | undefined): LeaseRecord {
    const { clock, identity } = this.#options;
    const now = new Date(clock.now());
    const ours = found?.holder === identity;
    return {
      holder: identity,
      durationMs: this.#timings.leaseDurationMs,
      acquiredAt: ours ? (found.acquiredAt ?? now) : now,
      renewedAt: now,
      transitions: found === undefined ? 0 : found.transitions + (ours ? 0 : 1),
    };
  }

  #lead(sentAt: number, over: AbortSignal): void {
    // If leadership ended unnoticed before this renewal, it ends for the handlers too.
    this.#tell();
    this.#renewedAt = sentAt;
    this.#tell();
    if (this.#told) this.#guarding ??= this.#guard(over);
  }

  /** Ends leadership by the clock, whatever else hangs. */
  async #guard(over: AbortSignal): Promise<void> {
    do await sleep(this.#options.clock, this.#timeLeft(), over);
    while (this.leading);
    this.#guarding = undefined;
    this.#tell();
  }

  #stopLeading(): void {
    this.#renewedAt = undefined;
    this.#tell();
  }

  /** Milliseconds until leadership ends unless it is renewed; 0 or less when there is none. */
  #timeLeft(): number {
    if (this.#renewedAt === undefined) return 0;
    return this.#renewedAt + this.#timings.renewDeadlineMs - this.#options.clock.monotonic();
  }

  #tell(): void {
    const { leading } = this;
    if (leading === this.#told) return;
    this.#told = leading;
    const { logger } = this.#options;
    logger.info(leading ? 'leading' : 'no longer leading', { ...this.#fields(), holder: this.#holder });
    for (const handler of this.#handlers) {
      try {
        handler(leading);
      } catch (error) {
        logger.error('a handler of leadership failed', { ...this.#fields(), error: describeError(error) });
      }
    }
  }

  /** Lets the next one lead at once instead of after the lease duration. */
  async #release(): Promise<void> {
    const { clock, identity, logger } = this.#options;
    try {
      await this.#limited(new AbortController().signal, async (signal) => {
        for (let attempt = 0; attempt < RELEASE_ATTEMPTS; attempt++) {
          const found = await this.#lease.read(signal);
          signal.throwIfAborted();
          if (found?.holder !== identity) return;
          const now = new Date(clock.now());
          const { transitions } = found;
          // The server refuses a duration of 0; with one second the others need not wait, whoever they are.
          const record = { holder: '', durationMs: 1000, acquiredAt: now, renewedAt: now, transitions };
          if (!(await this.#lease.replace(found, record, signal))) continue;
          this.#holder = undefined;
          logger.info('gave the lease back', this.#fields());
          return;
        }
        throw new Error('somebody else keeps changing it');
      });
    } catch (error) {
      logger.warn('the lease could not be given back', { ...this.#fields(), error: describeError(error) });
    }
  }

  #limited<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    return withTimeLimit({ ms: this.#timings.renewDeadlineMs / 2, clock }, signal, work);
  }

  #works(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#options.logger.info('the lease can be read and renewed again', this.#fields());
  }

  #fails(error: unknown): void {
    const { logger } = this.#options;
    const text = describeError(error);
    // Every two seconds the same line would hide the others.
    const known = this.#failure !== undefined && describeError(this.#failure) === text;
    this.#failure = error;
    if (!known) logger.warn('the lease could not be read or renewed', { ...this.#fields(), error: text });
  }

  #fields(): { readonly lease: string; readonly identity: string } {
    const { identity, namespace, name } = this.#options;
    return { lease: `${namespace}/${name}`, identity };
  }
}

/** Sleeps until `ms` have passed or `signal` aborts. */
async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch((interruption: unknown) => {
    if (!signal.aborted) throw interruption;
  });
}
