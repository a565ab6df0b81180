/** What the table says of a metric. */

export interface MetricEntry {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
}

export const define = (
  type: MetricEntry['type'],
  name: string,
  help: string,
  labels: readonly string[] = [],
  buckets?: readonly number[],
): MetricEntry => ({
  name: `osm_auditor_${name}`,
  type,
  help,
  labels,
  ...(buckets === undefined ? {} : { buckets }),
});

export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
