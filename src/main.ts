#!/usr/bin/env node
/** From argv to a command and an exit status: the only place that exits. */
import process from 'node:process';
import { programName } from './cli/program-name.ts';
import { runCommandLine } from './cli/program.ts';
import type { Streams } from './cli/terminal.ts';

const streams: Streams = {
  stdin: process.stdin,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: process.stderr.isTTY,
  screen: process.stdout.isTTY
    ? { size: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }) }
    : undefined,
  // Loaded when needed: hardly any command looks.
  openKernel: async () => (await import('./kernel/kernel.ts')).openKernel(),
  now: () => Date.now(),
};

// A closed pipe (`| head`) is the reader's decision, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCommandLine(process.argv.slice(2), streams, programName(process.argv[1]));
