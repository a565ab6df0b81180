/**
 * What `make bench` is made of: parts that measure, and the rows that they report.
 *
 * Every figure is taken in the run that prints it. A part that measures something that depends on the machine measures
 * beside it what the figure is to be held against.
 */
import { performance } from 'node:perf_hooks';
import type { BenchCluster } from './cluster.ts';

export interface Row {
  readonly measure: string;
  readonly figure: string;
  /** In words; undefined where the figure is for information. */
  readonly goal?: string;
  readonly reached?: boolean;
  /** What stands behind the figure: parts of a ratio, spread, what was counted. */
  readonly detail?: string;
}

export interface BenchOptions {
  /** How long the quiet cluster is watched, in seconds. */
  readonly quietSeconds: number;
}

export interface Part {
  /** As in `make bench ONLY=name`. */
  readonly name: string;
  /** What must be measured before the cluster has pods. */
  readonly onEmptyCluster?: (cluster: BenchCluster) => Promise<void>;
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
}

export interface Bench {
  readonly options: BenchOptions;
  /** Started at the first call. */
  readonly cluster: () => Promise<BenchCluster>;
}

/** The goal that a number shall not exceed. */
export function atMost(value: number, most: number, unit: string): Pick<Row, 'goal' | 'reached'> {
  return { goal: `at most ${most.toLocaleString('en')} ${unit}`, reached: value <= most };
}

/** The goal that a number shall reach. */
export function atLeast(value: number, least: number, unit: string): Pick<Row, 'goal' | 'reached'> {
  return { goal: `at least ${least.toLocaleString('en')} ${unit}`, reached: value >= least };
}

/** Tells people how far it is; standard output is for the table. */
export function progress(text: string): void {
  process.stderr.write(`bench ${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}
