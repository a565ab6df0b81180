/** The metrics of the controller, as objects to fill in. */
import { CONTROLLER_METRICS } from './table.ts';
import { WorkMetrics } from './work-metrics.ts';

export class Metrics extends WorkMetrics {
  readonly pods = this.gauge(CONTROLLER_METRICS.pods);
  readonly findings = this.gauge(CONTROLLER_METRICS.findings);
  readonly configValid = this.gauge(CONTROLLER_METRICS.configValid);
  readonly policyReportWrites = this.counter(CONTROLLER_METRICS.policyReportWrites);
  readonly leader = this.gauge(CONTROLLER_METRICS.leader);
}
