/** Fills in the metrics of pods, of the queue and of the informers. */
import { visible } from '../core/audit/quote.ts';
import type { WorkQueue, WorkQueueObserver } from '../kube/workqueue.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { WorkMetrics } from '../metrics/work-metrics.ts';
import type { ObservedInformer } from './informers.ts';
import type { PodStatuses } from './pod-statuses.ts';

export function observeWork(metrics: WorkMetrics): WorkQueueObserver {
  return {
    added: () => metrics.workqueueAdds.inc(),
    started: (queueMs) => metrics.workqueueQueueDuration.observe(queueMs / 1000),
    finished: (result, workMs) => {
      metrics.reconcileTotal.inc({ result });
      metrics.workqueueWorkDuration.observe(workMs / 1000);
    },
    retried: () => metrics.workqueueRetries.inc(),
  };
}

/** Sets what is read rather than counted; called before each scrape, so nothing of a deleted pod is left over. */
export function refreshPods(gauges: Pick<Metrics, 'pods' | 'findings'>, statuses: PodStatuses): void {
  gauges.pods.reset();
  for (const { namespace, status, pods } of statuses.podCounts())
    gauges.pods.set({ namespace: visible(namespace), status }, pods);
  gauges.findings.reset();
  for (const { namespace, code, severity, pods } of statuses.findingCounts()) {
    gauges.findings.set({ namespace: visible(namespace), code, severity }, pods);
  }
}

/** The same for the queue and the informers. */
export function refreshWork(
  metrics: WorkMetrics,
  informers: readonly ObservedInformer[],
  { depth, unfinished }: Pick<WorkQueue, 'depth' | 'unfinished'>,
): void {
  metrics.workqueueDepth.set(depth);
  metrics.workqueueUnfinishedWork.set(unfinished.totalMs / 1000);
  metrics.workqueueLongestRunning.set(unfinished.longestMs / 1000);
  metrics.watchRestarts.reset();
  metrics.informerUnreadable.reset();
  metrics.informerMissedEvents.reset();
  metrics.informerRelists.reset();
  for (const { name: resource, synced, stats } of informers) {
    metrics.informerSynced.set({ resource }, synced ? 1 : 0);
    metrics.informerFailing.set({ resource }, stats.failure === undefined ? 0 : 1);
    metrics.informerLastEvent.set({ resource }, (stats.lastEventAt ?? 0) / 1000);
    metrics.informerLastContact.set({ resource }, (stats.lastContactAt ?? 0) / 1000);
    metrics.informerMissedEvents.inc({ resource }, stats.missedEvents);
    metrics.informerRelists.inc({ resource }, stats.relists);
    metrics.watchRestarts.inc({ resource }, stats.watchRestarts);
    metrics.informerUnreadable.inc({ resource }, stats.projectionFailures);
  }
}
