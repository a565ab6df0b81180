/**
 * Sweeps over pods whose networks the parent has made, and prints what the first sweep took and what the following ones:
 *
 *     live.js PROC PROGRAMS     PROGRAMS as JSON: ReaderPrograms of e2e/kernel/pod-networks.ts
 *
 * CPU time is that of this process and of the programs that it has run, which the kernel tells to ten milliseconds.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { openKernel } from '../../../src/kernel/kernel.ts';
import type { ReaderPrograms } from '../../kernel/pod-networks.ts';
import { memoryOf } from '../proc.ts';
import { median } from '../statistics.ts';

export interface LiveSweep {
  readonly pods: number;
  readonly ownMs: number;
  readonly programsMs: number;
  readonly wallMs: number;
  /** Of the scan of all processes of the machine. */
  readonly scanMs: number;
  readonly processes: number;
  readonly peakBytes: number;
}

export interface LiveSweeps {
  /** All pods in full. */
  readonly first: LiveSweep;
  /** The median of what comes after it, while nothing changes. */
  readonly following: LiveSweep;
  /** What memory of its own has become more, once it has settled, over so many more sweeps. */
  readonly long: LongRun;
}

export interface LongRun {
  readonly sweeps: number;
  /** CPU time of the one that took most. */
  readonly mostMs: number;
  readonly settledBytes: number;
  readonly grownBytes: number;
}

const SWEEPS = 5;
/** V8 compiles and the heap finds its size meanwhile. */
const SETTLING = 100;
const LONG_RUN = 300;
const TICK_MS = 10;

function programsMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

function ownMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const [proc = '', given = ''] = process.argv.slice(2);
const programs = JSON.parse(given) as ReaderPrograms;
const kernel = await openKernel({ ...programs, proc });
if (!kernel.glances) throw new Error(kernel.whyNoGlances);
const machine = await openKernel({ ...programs, proc: '/proc' });

async function sweep(): Promise<LiveSweep> {
  const begun = { own: ownMs(), programs: programsMs(), wall: performance.now() };
  const { processes } = await machine.scan();
  const scanMs = ownMs() - begun.own;
  const scan = await kernel.scan();
  const readings = await Promise.all([...scan.pods.values()].map((pod) => kernel.read(pod, scan)));
  const bad = readings.find((reading) => reading.kind !== 'tables');
  if (bad !== undefined) throw new Error(JSON.stringify(bad));
  return {
    pods: readings.length,
    ownMs: ownMs() - begun.own,
    programsMs: programsMs() - begun.programs,
    wallMs: performance.now() - begun.wall,
    scanMs,
    processes,
    peakBytes: memoryOf(process.pid).peakBytes,
  };
}

const first = await sweep();
await sweep(); // the first with glances alone compiles
const sweeps: LiveSweep[] = [];
while (sweeps.length < SWEEPS) sweeps.push(await sweep());
const middle = (field: keyof LiveSweep): number => median(sweeps.map((each) => each[field]));
const following: LiveSweep = {
  ...first,
  ownMs: middle('ownMs'),
  programsMs: middle('programsMs'),
  wallMs: middle('wallMs'),
  scanMs: middle('scanMs'),
  peakBytes: memoryOf(process.pid).peakBytes,
};

async function goOn(sweepsMore: number): Promise<Pick<LongRun, 'mostMs'> & { readonly ownBytes: number }> {
  let mostMs = 0;
  for (let at = 0; at < sweepsMore; at += 1) {
    const { ownMs: own, programsMs: ofPrograms } = await sweep();
    mostMs = Math.max(mostMs, own + ofPrograms);
  }
  return { mostMs, ownBytes: memoryOf(process.pid).ownBytes };
}
const settled = await goOn(SETTLING);
const { mostMs, ownBytes } = await goOn(LONG_RUN);
const long: LongRun = {
  sweeps: LONG_RUN,
  mostMs: Math.max(settled.mostMs, mostMs),
  settledBytes: settled.ownBytes,
  grownBytes: ownBytes - settled.ownBytes,
};
process.stdout.write(JSON.stringify({ first, following, long } satisfies LiveSweeps));
