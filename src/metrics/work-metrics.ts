/**
 * The metrics of every process that watches a cluster, as objects to fill in, on a registry of their own. The controller
 * adds its own in metrics.ts, the node agent in live-metrics.ts.
 *
 * Guarantees: every metric exists from the start, counters of what is written, read and reconciled with all values of
 * their labels at zero.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricEntry } from './metric-entry.ts';
import { METRICS } from './table.ts';

/** The event loop is looked at so often. With 10 ms, the default, that alone takes half a percent of a slow core. */
export const EVENT_LOOP_PRECISION_MS = 25;

/** The values that a metric's labels can take; all combinations exist at zero before anything happened. */
const LABEL_VALUES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  [METRICS.reconcileTotal.name]: { result: ['success', 'error', 'requeued'] },
  [METRICS.eventsTotal.name]: { type: ['Normal', 'Warning'] },
  [METRICS.eventsDropped.name]: { type: ['Normal', 'Warning'], reason: ['budget', 'namespace'] },
  [METRICS.conditionPatches.name]: { result: ['success', 'error'] },
  [METRICS.policyReportWrites.name]: { result: ['success', 'error'] },
  [METRICS.liveReadings.name]: {
    state: ['read', 'node_network', 'unreadable', 'waiting', 'not_applicable'],
  },
  [METRICS.liveReads.name]: {
    result: ['read', 'node_network', 'no_process', 'several_networks', 'not_permitted', 'failed', 'error'],
  },
};

export class WorkMetrics {
  readonly #registry = new Registry();
  readonly auditDuration = this.histogram(METRICS.auditDuration);
  readonly detectionLatency = this.histogram(METRICS.detectionLatency);
  readonly sweepDuration = this.histogram(METRICS.sweepDuration);
  readonly reconcileTotal = this.counter(METRICS.reconcileTotal);
  readonly workqueueDepth = this.gauge(METRICS.workqueueDepth);
  readonly workqueueAdds = this.counter(METRICS.workqueueAdds);
  readonly workqueueRetries = this.counter(METRICS.workqueueRetries);
  readonly workqueueQueueDuration = this.histogram(METRICS.workqueueQueueDuration);
  readonly workqueueWorkDuration = this.histogram(METRICS.workqueueWorkDuration);
  readonly workqueueUnfinishedWork = this.gauge(METRICS.workqueueUnfinishedWork);
  readonly workqueueLongestRunning = this.gauge(METRICS.workqueueLongestRunning);
  readonly informerSynced = this.gauge(METRICS.informerSynced);
  readonly informerFailing = this.gauge(METRICS.informerFailing);
  readonly informerLastEvent = this.gauge(METRICS.informerLastEvent);
  readonly informerLastContact = this.gauge(METRICS.informerLastContact);
  readonly informerMissedEvents = this.counter(METRICS.informerMissedEvents);
  readonly informerRelists = this.counter(METRICS.informerRelists);
  readonly informerUnreadable = this.counter(METRICS.informerUnreadable);
  readonly watchRestarts = this.counter(METRICS.watchRestarts);
  readonly eventsTotal = this.counter(METRICS.eventsTotal);
  readonly eventsDropped = this.counter(METRICS.eventsDropped);
  readonly conditionPatches = this.counter(METRICS.conditionPatches);
  /** Called before each scrape to fill in what is read rather than counted. */
  readonly #refreshers: (() => void)[] = [];

  constructor(version: string) {
    this.gauge(METRICS.buildInfo).set({ version }, 1);
    collectDefaultMetrics({
      register: this.#registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS,
    });
  }

  /** Registers a function that sets gauges from the present state of its owner, before each scrape. */
  beforeScrape(refresh: () => void): void {
    this.#refreshers.push(refresh);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus scrapes. */
  render(): Promise<string> {
    for (const refresh of this.#refreshers) refresh();
    return this.#registry.metrics();
  }

  protected gauge({ name, help, labels }: MetricEntry): Gauge {
    const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [this.#registry] });
    for (const series of combinations(LABEL_VALUES[name] ?? {})) gauge.set(series, 0);
    return gauge;
  }

  protected counter({ name, help, labels }: MetricEntry): Counter {
    const counter = new Counter({ name, help, labelNames: [...labels], registers: [this.#registry] });
    for (const series of combinations(LABEL_VALUES[name] ?? {})) counter.inc(series, 0);
    return counter;
  }

  protected histogram({ name, help, labels, buckets }: MetricEntry): Histogram {
    return new Histogram({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      ...(buckets === undefined ? {} : { buckets: [...buckets] }),
    });
  }
}

/** Each label with one of its values, in every possible way; nothing when there are no labels. */
function combinations(
  values: Readonly<Record<string, readonly string[]>>,
): readonly Readonly<Record<string, string>>[] {
  const labels = Object.entries(values);
  if (labels.length === 0) return [];
  return labels.reduce<readonly Readonly<Record<string, string>>[]>(
    (series, [label, some]) => series.flatMap((each) => some.map((value) => ({ ...each, [label]: value }))),
    [{}],
  );
}
