/**
 * Reconciles one key: a pod's, a namespace's or that of the configuration. It looks at the present state only and never
 * learns which event woke it.
 */
import { isValid } from '../core/audit/checks/config.ts';
import { configurationsOf } from '../core/audit/configurations.ts';
import type { Clock } from '../kube/clock.ts';
import type { Logger } from '../kube/logger.ts';
import { TokenBuckets } from '../kube/token-buckets.ts';
import type { Requeue } from '../kube/workqueue.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ConfigReporter } from './config-reporter.ts';
import type { Surroundings } from './gatherer.ts';
import type { Judge } from './judge.ts';
import { CONFIG_KEY, namespaceOfKey } from './keys.ts';
import type { Leadership } from './leadership.ts';
import type { Notices } from './notices.ts';
import { isNothing, type Reporter } from './reporter.ts';
import { statusChanged } from './status-log.ts';
import type { Sweep } from './sweep.ts';

export interface ReconcilerOptions {
  readonly judge: Judge;
  readonly sweep: Sweep;
  readonly around: Surroundings;
  readonly reporter: Reporter;
  /** undefined where another process tells of the configuration itself. */
  readonly configReporter: ConfigReporter | undefined;
  readonly leadership: Leadership;
  /** Without `config_valid` where another process counts it. */
  readonly metrics: Pick<Metrics, 'detectionLatency'> & Partial<Pick<Metrics, 'configValid'>>;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly logger: Logger;
}

/** A pod that changes all the time, or whose condition somebody else writes too, is written at this pace. */
const WRITES_AT_ONCE = 10;
const PACE_MS = 1000;

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** By the pod's uid. */
  readonly #pace: TokenBuckets;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#pace = new TokenBuckets(options.clock, WRITES_AT_ONCE, PACE_MS);
  }

  /** @throws the API's error; the next try starts where this one ended */
  async reconcile(key: string): Promise<Requeue | undefined> {
    const { notices } = this.#options;
    const noticed = notices.take(key);
    try {
      const namespace = namespaceOfKey(key);
      if (namespace !== undefined) await this.#options.sweep.run(namespace, noticed);
      else if (key === CONFIG_KEY) await this.#reconcileConfig(noticed);
      else return await this.#reconcilePod(key, noticed);
      return undefined;
    } catch (error) {
      notices.restore(key, noticed);
      throw error;
    }
  }

  async #reconcilePod(key: string, noticed: number | undefined): Promise<Requeue | undefined> {
    const { judge, sweep, reporter, leadership, metrics, clock, notices, logger } = this.#options;
    const judged = judge.judge(key);
    if (judged === undefined) {
      reporter.forget(key);
      return undefined;
    }
    const { report, changed, recheckAfterMs } = judged;
    if (changed) statusChanged(logger, report);
    if (leadership.leading) {
      const plan = reporter.plan(judged);
      const pressing = !isNothing(plan);
      if (pressing && sweep.owed) sweep.defer(key, noticed);
      else if (pressing && !this.#pace.has(report.uid)) {
        notices.restore(key, noticed);
        return { requeueAfterMs: PACE_MS };
      } else {
        if (pressing) this.#pace.take(report.uid);
        const wrote = await reporter.carryOut(plan);
        if (wrote && noticed !== undefined)
          metrics.detectionLatency.observe((clock.monotonic() - noticed) / 1000);
      }
    }
    return recheckAfterMs === undefined ? undefined : { requeueAfterMs: recheckAfterMs };
  }

  /** Pods are judged whatever becomes of the words about their configuration. */
  async #reconcileConfig(noticed: number | undefined): Promise<void> {
    const { around, metrics, sweep, configReporter, leadership } = this.#options;
    const lookups = configurationsOf(around.configs());
    const valid = lookups.every((lookup) => lookup.kind === 'found' && isValid(lookup.config));
    metrics.configValid?.set(valid ? 1 : 0);
    const work = [sweep.run(undefined, noticed)];
    if (leadership.leading && configReporter !== undefined) work.push(configReporter.report(lookups));
    for (const result of await Promise.allSettled(work)) {
      if (result.status === 'rejected') throw result.reason;
    }
  }
}
