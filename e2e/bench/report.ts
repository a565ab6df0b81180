/** The table at the end, and the same as JSON. */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { cpus, loadavg, totalmem } from 'node:os';
import { renderTable } from '../../src/cli/output/table.ts';
import type { Row } from './part.ts';

export interface ReportedRow extends Row {
  /** The part that measured it. */
  readonly part: string;
}

export function renderRows(rows: readonly ReportedRow[]): string {
  const lines = rows.map(({ measure, figure, goal, reached, part }) => [
    measure,
    figure,
    goal ?? '',
    reached === undefined ? '' : reached ? 'reached' : 'MISSED',
    `make bench ONLY=${part}`,
  ]);
  return renderTable(['MEASURE', 'FIGURE', 'GOAL', '', 'AGAIN WITH'], lines);
}

/** What stands behind the figures, one line each. */
export function renderDetails(rows: readonly ReportedRow[]): string {
  return rows
    .map(({ measure, detail }) => (detail === undefined ? '' : `${measure.trim()}: ${detail}\n`))
    .join('');
}

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Processes that wanted to run in the last minute: with more than none, figures in wall time say little. */
  readonly load: number;
  /** JSON.parse of a text of a megabyte, in milliseconds: how fast one core is at this moment. */
  readonly parseMs: number;
}

export function machine(): Machine {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    load: loadavg()[0] ?? 0,
    parseMs: parseMs(),
  };
}

/** The best of several, since the first ones run before the compiler has done its work. */
function parseMs(): number {
  const text = JSON.stringify(
    Array.from({ length: 20_000 }, (_, i) => ({ name: `pod-${i}`, labels: { app: 'x' } })),
  );
  const all = Array.from({ length: 10 }, () => {
    const begun = performance.now();
    JSON.parse(text);
    return performance.now() - begun;
  });
  return (Math.min(...all) / text.length) * 1e6;
}

export function renderMachine({ node, cpu, cores, load, parseMs: speed }: Machine): string {
  return `${cores} cores (${cpu}), Node ${node}, load before the start ${load.toFixed(1)}, JSON.parse ${speed.toFixed(1)} ms/MB\n`;
}

export function writeReport(path: string, on: Machine, rows: readonly ReportedRow[]): void {
  const report = { at: new Date().toISOString(), machine: on, rows };
  writeFileSync(path, `${JSON.stringify(report, undefined, 2)}\n`);
}
