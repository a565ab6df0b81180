/**
 * Reads pods once and prints the readings as JSON, for tests that run it with fewer rights:
 *
 *     read-once.js PROC PROGRAMS ID...      PROGRAMS as JSON: ReaderPrograms of pod-networks.ts
 */
import process from 'node:process';
import { openLibc } from '../../src/kernel/libc.ts';
import { NatReader } from '../../src/kernel/nat-reader.ts';
import { scanProcesses } from '../../src/kernel/processes.ts';
import { findPrograms } from '../../src/kernel/programs.ts';
import type { ReaderPrograms } from './pod-networks.ts';

const [proc = '/proc', given = '', ...ids] = process.argv.slice(2);
const { folders, environment } = JSON.parse(given) as ReaderPrograms;
const reader = new NatReader({
  proc,
  programs: findPrograms(folders),
  environment,
  limits: { bytes: 1e6, milliseconds: 5000 },
  libc: (await openLibc()).libc,
});
const scan = await scanProcesses(proc);
const readings = [];
for (const id of ids) readings.push(await reader.read(scan.pods.get(id), scan));
process.stdout.write(JSON.stringify(readings));
