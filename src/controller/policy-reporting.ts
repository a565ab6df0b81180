/**
 * Policy reports, put together: what the cluster has of them, the writer, and what wakes whom.
 *
 * Guarantees: constructing does no I/O. Our own reports that come back wake nobody.
 */
import type { ListWatch } from '../kube/list-watch.ts';
import type { Clock } from '../kube/clock.ts';
import type { CustomObjectsApi } from '../kube/custom-objects.ts';
import type { Logger } from '../kube/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { InformerTimings } from './informers.ts';
import { policyReportGroups, type PolicyReportGroup } from './policy-report-groups.ts';
import { PolicyReportWriter } from './policy-report-writer.ts';

export interface PolicyReportingOptions {
  /** Whether they are asked for at all. */
  readonly on: boolean;
  readonly api: ListWatch;
  readonly writes: CustomObjectsApi;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'policyReportWrites'>;
  readonly informers?: InformerTimings | undefined;
  /** A report of the pod of this key is not as it was left. */
  readonly onForeignHand: (podKey: string) => void;
  /** From now on reports can be written, or not any more. */
  readonly onPresence: () => void;
  readonly lookAgain: (podKey: string, afterMs: number) => void;
}

export interface PolicyReporting {
  readonly groups: readonly PolicyReportGroup[];
  readonly writer: PolicyReportWriter;
}

export function policyReporting(options: PolicyReportingOptions): PolicyReporting {
  const { api, clock, logger, metrics, onPresence, lookAgain } = options;
  const groups = options.on
    ? policyReportGroups({ api, clock, logger, ...options.informers, onPresence })
    : [];
  const writer = new PolicyReportWriter({
    groups,
    api: options.writes,
    clock,
    onWrite: (result) => metrics.policyReportWrites.inc({ result }),
    lookAgain,
  });
  for (const group of groups) {
    group.reports.onChange((key) => {
      const pod = writer.changed(group, key);
      if (pod !== undefined) options.onForeignHand(pod);
    });
    // Until then nothing was written.
    group.reports.onRefusal(onPresence);
  }
  return { groups, writer };
}
