/**
 * Judges many pods at once: all of them when the process starts, takes over or the configuration changes, those of a
 * namespace when that changes.
 *
 * Guarantees
 * - First everything is judged and nothing written, in slices between which other work gets its turn; then only the keys of
 *   pods about which something is to be written are put in line.
 * - What concerns more than MASS pods alike is told once, on the configuration object, and before any of the pods is
 *   written: whoever takes over in the middle finds it told (see roll-up.ts). From the moment a sweep over all pods is
 *   asked for until it has told, no pod is written; what comes up meanwhile is deferred to its end.
 * RBAC: as kube/events.ts says.
 */
import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { Report } from '../core/audit/report.ts';
import { describeError } from '../kube/describe-error.ts';
import { ApiError, isFinal } from '../kube/errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Informer } from '../kube/informer.ts';
import type { Logger } from '../kube/logger.ts';
import { TimeSlice } from '../kube/time-slice.ts';
import type { WorkQueue } from '../kube/workqueue.ts';
import type { WorkMetrics } from '../metrics/work-metrics.ts';
import type { Surroundings } from './gatherer.ts';
import type { Judge } from './judge.ts';
import { CONFIG_KEY, namespaceKey } from './keys.ts';
import type { Leadership } from './leadership.ts';
import type { Notices } from './notices.ts';
import { OwedSweeps } from './owed-sweeps.ts';
import { isNothing, type Plan, type Reporter } from './reporter.ts';
import { rollUps, type RollUp } from './roll-up.ts';
import { statusChanged } from './status-log.ts';

export interface SweepOptions {
  readonly pods: Pick<Informer<unknown>, 'keys'>;
  readonly around: Surroundings;
  readonly judge: Judge;
  readonly reporter: Reporter;
  /** undefined when Events are switched off. */
  readonly events: Pick<EventRecorder, 'record' | 'ensure' | 'exists'> | undefined;
  readonly leadership: Leadership;
  readonly notices: Notices;
  readonly metrics: Pick<WorkMetrics, 'sweepDuration'>;
  readonly logger: Logger;
  readonly queue: Pick<WorkQueue, 'add' | 'addAfter' | 'isRunning'>;
  /** Which pods this process judges, where it does not judge all. */
  readonly part: string | undefined;
}

/** A change of a single pod goes before a sweep. */
export const LIVE = 1;
export const SWEEP_PRIORITY = 0;
/** Up to so many pods with a finding in common get an Event each; client-go takes more than ten alike for a series too. */
const MASS = 10;
const RETRY_MS = 10_000;
/** A change of so many pods is logged pod by pod; beyond that only the numbers are. */
const MOST_LOGGED = 20;

/** A pod about which something is to be written. */
interface Pending {
  readonly plan: Plan;
  readonly configSource: string | undefined;
}

export class Sweep {
  /** Resolves when all pods have been judged once. */
  readonly judgedAll: Promise<void>;
  readonly #options: SweepOptions;
  #allJudged: () => void = () => undefined;
  /** Whether what many pods have in common was told by this replica, all of it and for certain. */
  #sure = false;
  readonly #owed = new OwedSweeps();

  constructor(options: SweepOptions) {
    this.#options = options;
    this.judgedAll = new Promise((resolve) => (this.#allJudged = resolve));
  }

  /** Says that a sweep over all pods is to come; whoever says so puts the configuration's key in line. */
  expect(): void {
    this.#owed.ask();
  }

  /** Whether a sweep over all pods is still to tell what many have in common. */
  get owed(): boolean {
    return this.#owed.any;
  }

  /** Puts the key in line once no sweep is owed; `since` as in `run`. */
  defer(key: string, since: number | undefined): void {
    this.#owed.defer(key);
    if (since !== undefined) this.#options.notices.note(key, since);
  }

  /**
   * Judges all pods, or those of a namespace, and puts in line what is to be written; a namespace waits with that for a
   * sweep over all pods that is owed.
   *
   * @param since when the change that asks for it was noticed, by the monotonic clock; undefined when nobody waits for it
   * @throws the API's error when what concerns many pods could not be told; the next try starts over
   */
  async run(namespace: string | undefined, since: number | undefined): Promise<void> {
    const { asked } = this.#owed;
    const { around, leadership } = this.#options;
    const configs = around.configs();
    const pending = await this.#judge(namespace);
    if (namespace === undefined) this.#allJudged();
    else if (this.owed) {
      this.defer(namespaceKey(namespace), since);
      return;
    }
    // Another change came meanwhile, and with it another sweep: what that one finds is what counts.
    if (!leadership.leading || !isDeepStrictEqual(around.configs(), configs)) {
      if (namespace === undefined) this.#answer(asked, []);
      return;
    }
    let refusal: Error | undefined;
    try {
      refusal = await this.#tell(pending);
    } catch (error) {
      // Everything waits for it, so it is tried again sooner than a key that fails by itself.
      if (namespace === undefined) this.#options.queue.addAfter(CONFIG_KEY, RETRY_MS);
      throw error;
    }
    this.#line(pending, since);
    if (namespace === undefined) this.#answer(asked, pending);
    if (refusal !== undefined) throw refusal;
  }

  #line(pending: readonly Pending[], since: number | undefined): void {
    const { notices, queue } = this.#options;
    for (const { plan } of pending) {
      if (since !== undefined) notices.note(plan.key, since);
      queue.add(plan.key, { priority: SWEEP_PRIORITY });
    }
  }

  /** What was deferred and the sweep has not put in line has changed since it was judged. */
  #answer(asked: number, pending: readonly Pending[]): void {
    const inLine = new Set(pending.map(({ plan }) => plan.key));
    for (const key of this.#owed.end(asked)) {
      if (!inLine.has(key)) this.#options.queue.add(key, { priority: LIVE });
    }
  }

  /** Forgets what was told: another replica may have told other things meanwhile. */
  reset(): void {
    this.#sure = false;
  }

  /** @returns the pods about which something is to be written */
  async #judge(namespace: string | undefined): Promise<readonly Pending[]> {
    const { pods, judge, reporter, queue } = this.#options;
    const started = performance.now();
    const pending: Pending[] = [];
    const changed: Report[] = [];
    let count = 0;
    const slice = new TimeSlice();
    for (const key of pods.keys()) {
      if (namespace !== undefined && !key.startsWith(`${namespace}/`)) continue;
      await slice.begin();
      const judged = judge.judge(key);
      if (judged === undefined) continue;
      const { report, recheckAfterMs } = judged;
      count += 1;
      if (judged.changed) changed.push(report);
      if (recheckAfterMs !== undefined) queue.addAfter(key, recheckAfterMs);
      const plan = reporter.plan(judged);
      // What is being written at this moment is an earlier verdict; it will have to be looked at once that is done.
      if (isNothing(plan) && queue.isRunning(key)) queue.add(key, { priority: SWEEP_PRIORITY });
      else if (isNothing(plan)) reporter.remember(plan);
      else pending.push({ plan, configSource: report.configSource });
    }
    this.#note(count, changed, performance.now() - started);
    return pending;
  }

  #note(pods: number, changed: readonly Report[], ms: number): void {
    const { metrics, logger } = this.#options;
    metrics.sweepDuration.observe(ms / 1000);
    if (changed.length <= MOST_LOGGED) for (const report of changed) statusChanged(logger, report);
    logger.info('pods judged', { pods, changed: changed.length, ms: Math.round(ms) });
  }

  /** Tells of what many pods have in common. A refusal keeps no condition back, so it is returned. */
  async #tell(pending: readonly Pending[]): Promise<Error | undefined> {
    const { around, events, reporter, logger, part } = this.#options;
    if (events === undefined) return undefined;
    const subjects = pending.map(({ plan, configSource }) => ({ ...plan, configSource }));
    const sure = this.#sure;
    // Whatever ends this, the next try must know that some of it may have been told.
    this.#sure = false;
    try {
      for (const rollUp of rollUps(subjects, around.configs().configs, part)) {
        if (rollUp.members.length > MASS) await this.#tellOfAll(rollUp, sure);
        // Of many there may be few left when another replica was ended in the middle.
        else if (sure || !(await events.exists(rollUp.event))) continue;
        for (const { pod, identities } of rollUp.members) reporter.rolledUp(pod, identities);
      }
      this.#sure = true;
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError) || !isFinal(error)) throw error;
      logger.warn('an Event about many pods was refused', { error: describeError(error) });
      return error;
    }
  }

  async #tellOfAll({ event, members }: RollUp, sure: boolean): Promise<void> {
    const { events, logger } = this.#options;
    await (sure ? events?.record(event) : events?.ensure(event));
    logger.info('many pods changed alike', { reason: event.reason, pods: members.length });
  }
}
