/** Fills in what the agent alone counts, before each scrape; so nothing of a deleted pod is left over. */
import { catalogueEntry, FINDING_NAMES } from '../core/audit/catalogue.ts';
import { visible } from '../core/audit/quote.ts';
import { refreshPods } from '../controller/instrumentation.ts';
import type { PodStatuses } from '../controller/pod-statuses.ts';
import type { LiveMetrics } from '../metrics/live-metrics.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import { READING_STATES, type ReadingState } from './live-verdict.ts';
import type { PodReading } from './pod-readings.ts';

/** Of all findings those that say something of a kernel. */
export const LIVE_FINDINGS = FINDING_NAMES.filter((name) => catalogueEntry(name).code.startsWith('OA7'));

export interface LiveNumbers {
  readonly statuses: PodStatuses;
  readonly states: Iterable<ReadingState>;
  readonly readings: readonly PodReading[];
  readonly counts: Pick<ConnectionCounts, 'pods' | 'exclusions'>;
}

/** @param now by the monotonic clock */
export function refreshLive(metrics: LiveMetrics, numbers: LiveNumbers, now: number): void {
  const { statuses, states, readings, counts } = numbers;
  refreshPods(metrics, statuses);
  for (const state of READING_STATES) metrics.readings.set({ state }, 0);
  for (const state of states) metrics.readings.inc({ state });
  metrics.oldestReadingAge.set(Math.max(0, ...readings.map(({ at }) => (now - at) / 1000)));
  metrics.connections.reset();
  for (const { key, connections } of counts.pods) {
    const [namespace = '', pod = ''] = key.split('/').map(visible);
    for (const { direction, outcome, connections: number } of connections)
      metrics.connections.inc({ namespace, pod, direction, outcome }, number);
  }
  metrics.exclusionConnections.reset();
  for (const [exclusion, number] of counts.exclusions)
    metrics.exclusionConnections.inc({ exclusion: visible(exclusion) }, number);
}
