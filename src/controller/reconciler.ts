/**
 * Reconciles one key: gathers, audits, reports. It looks at the present state only and never learns which event woke it.
 */
import { performance } from 'node:perf_hooks';
import { audit } from '../core/audit/audit.ts';
import { isValid } from '../core/audit/checks/config.ts';
import { configurationsOf } from '../core/audit/configurations.ts';
import type { Clock } from '../kube/clock.ts';
import type { Logger } from '../kube/logger.ts';
import type { Informer } from '../kube/informer.ts';
import type { Requeue } from '../kube/workqueue.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ConfigReporter } from './config-reporter.ts';
import { gather, type GatherOptions, type Surroundings } from './gatherer.ts';
import type { Notices } from './notices.ts';
import type { Reporter } from './reporter.ts';
import type { PodSnapshot } from './snapshot.ts';
import type { PodStatuses } from './pod-statuses.ts';

/** The key of the mesh configuration; a pod's key holds a slash. */
export const CONFIG_KEY = 'config';

export interface ReconcilerOptions {
  readonly pods: Pick<Informer<PodSnapshot>, 'get'>;
  readonly around: Surroundings;
  readonly gathering: GatherOptions;
  readonly reporter: Reporter;
  readonly configReporter: ConfigReporter;
  readonly statuses: PodStatuses;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly logger: Logger;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string): Promise<Requeue | undefined> {
    return key === CONFIG_KEY ? this.#reconcileConfig() : this.#reconcilePod(key);
  }

  async #reconcilePod(key: string): Promise<Requeue | undefined> {
    const { pods, around, gathering, reporter, statuses, metrics, clock, notices, logger } = this.#options;
    const noticed = notices.take(key);
    const snapshot = pods.get(key);
    if (snapshot === undefined) {
      statuses.forget(key);
      reporter.forget(key);
      return undefined;
    }
    const started = performance.now();
    const report = audit(gather(snapshot.pod, around, gathering, clock.now()));
    metrics.auditDuration.observe((performance.now() - started) / 1000);
    if (statuses.set(key, report)) {
      const { namespace, name, status, findings } = report;
      logger.info('the status of a pod has changed', {
        namespace,
        pod: name,
        status,
        findings: findings.map(({ code }) => code).join(' '),
      });
    }

    const wrote = await reporter.report(snapshot, report).catch((error: unknown) => {
      notices.restore(key, noticed);
      throw error;
    });
    if (wrote && noticed !== undefined) metrics.detectionLatency.observe((clock.now() - noticed) / 1000);
    // One millisecond late, so that the grace period has ended when it is looked at.
    return report.recheckAt === undefined
      ? undefined
      : { requeueAfterMs: report.recheckAt - clock.now() + 1 };
  }

  async #reconcileConfig(): Promise<undefined> {
    const { around, configReporter, metrics } = this.#options;
    const lookups = configurationsOf(around.configs());
    const valid = lookups.every((lookup) => lookup.kind === 'found' && isValid(lookup.config));
    metrics.configValid.set(valid ? 1 : 0);
    await configReporter.report(lookups);
  }
}
