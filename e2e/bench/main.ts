/**
 * `make bench`: how the controller behaves at scale, on a real API server, each figure beside its goal.
 *
 * `ONLY=sync,watch` runs these parts alone, in the order below. A goal that is missed is a result and no failure; what cannot
 * be measured is one, and does not keep the other parts from being measured.
 */
import { parseArgs } from 'node:util';
import { BenchCluster } from './cluster.ts';
import { heap } from './heap.ts';
import { judge } from './judge.ts';
import { latency } from './latency.ts';
import { live } from './live.ts';
import { memory } from './memory.ts';
import { progress, type Bench, type Part } from './part.ts';
import { page } from './page.ts';
import { quiet } from './quiet.ts';
import {
  machine,
  renderDetails,
  renderMachine,
  renderRows,
  writeReport,
  type ReportedRow,
} from './report.ts';
import { rules } from './rules.ts';
import { scale } from './scale.ts';
import { size } from './size.ts';
import { start } from './start.ts';
import { sweep } from './sweep.ts';
import { sync } from './sync.ts';
import { watch } from './watch.ts';

/** The watch is first on the cluster: the server does not remember for long what it replays. */
const PARTS: readonly Part[] = [
  rules,
  judge,
  size,
  page,
  live,
  start,
  watch,
  sync,
  memory,
  heap,
  sweep,
  latency,
  scale,
  quiet,
];
const QUIET_SECONDS = '600';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    quiet: { type: 'string', default: QUIET_SECONDS },
    out: { type: 'string' },
  },
});

function chosen(only: string | undefined): readonly Part[] {
  if (only === undefined) return PARTS;
  const names = only.split(',');
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length === 0) return PARTS.filter(({ name }) => names.includes(name));
  throw new Error(
    `no such part: ${unknown.join(', ')}; there are ${PARTS.map(({ name }) => name).join(', ')}`,
  );
}

async function measure(parts: readonly Part[], quietSeconds: number): Promise<readonly ReportedRow[]> {
  let opened: Promise<BenchCluster> | undefined;
  const cluster = async (): Promise<BenchCluster> => {
    opened ??= openCluster(parts);
    return opened;
  };
  const bench: Bench = { options: { quietSeconds }, cluster };
  const rows: ReportedRow[] = [];
  try {
    // In front of all others, as they fill the cluster.
    if (parts.some(({ onEmptyCluster }) => onEmptyCluster !== undefined)) await cluster();
    for (const part of parts) {
      progress(`part ${part.name}`);
      try {
        rows.push(...(await part.run(bench)).map((row) => ({ ...row, part: part.name })));
      } catch (error) {
        progress(
          `part ${part.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        process.exitCode = 1;
      }
    }
  } finally {
    await (await opened)?.stop();
  }
  return rows;
}

async function openCluster(parts: readonly Part[]): Promise<BenchCluster> {
  const cluster = await BenchCluster.start();
  try {
    for (const part of parts) await part.onEmptyCluster?.(cluster);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

const on = machine();
const rows = await measure(chosen(options.only), Number(options.quiet));
process.stdout.write(`${renderMachine(on)}${renderDetails(rows)}\n${renderRows(rows)}`);
if (options.out !== undefined) writeReport(options.out, on, rows);
