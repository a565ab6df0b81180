/** The metrics of the node agent, as objects to fill in. */
import { LIVE_METRICS } from './live-table.ts';
import { WorkMetrics } from './work-metrics.ts';

export class LiveMetrics extends WorkMetrics {
  readonly pods = this.gauge(LIVE_METRICS.livePods);
  readonly findings = this.gauge(LIVE_METRICS.liveFindings);
  readonly readings = this.gauge(LIVE_METRICS.liveReadings);
  readonly oldestReadingAge = this.gauge(LIVE_METRICS.liveOldestReadingAge);
  readonly reads = this.counter(LIVE_METRICS.liveReads);
  readonly readSweepDuration = this.histogram(LIVE_METRICS.liveSweepDuration);
  readonly connections = this.counter(LIVE_METRICS.liveConnections);
  readonly exclusionConnections = this.counter(LIVE_METRICS.liveExclusionConnections);
}
