/**
 * Runs a command line in this process and records what a person would see.
 *
 * Guarantees: of the variables OSM_AUDITOR_* and those about colours a command sees those given here and no others; all are as before when it
 * has ended, whichever way. Limits: the environment belongs to the process, so run one command at a time.
 */
import process from 'node:process';
import { Readable } from 'node:stream';
import type { KernelReader } from '../kernel/kernel.ts';
import { runCommandLine } from '../cli/program.ts';
import type { Screen } from '../cli/terminal.ts';

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly stdin?: string;
  /** Variables to add, for this command alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where a person watches; nobody does by default. */
  readonly screen?: Screen;
  /** What reads the kernel of its machine. */
  readonly kernel?: () => Promise<KernelReader>;
  /** What was typed to run the program. */
  readonly name?: string;
}

/** What a command goes by. */
const OURS = /^(OSM_AUDITOR_.*|NODE_NAME|NO_COLOR|FORCE_COLOR|CLICOLOR_FORCE|TERM)$/;

/** Hours after the recorded pods started. */
const RECORDED_NOW = Date.parse('2026-11-23T12:00:00Z');

/** @param args the words after the program's name */
export async function osmAuditor(args: readonly string[], world: World = {}): Promise<Outcome> {
  const { stdin = '', env = {}, screen, kernel, name } = world;
  const written = { stdout: '', stderr: '' };
  const status = await withVariables(env, () =>
    runCommandLine(
      args,
      {
        stdin: Readable.from([Buffer.from(stdin)]),
        out: (text) => void (written.stdout += text),
        err: (text) => void (written.stderr += text),
        interactive: false,
        screen,
        openKernel: kernel,
        now: () => RECORDED_NOW,
      },
      name,
    ),
  );
  return { status, ...written };
}

async function withVariables<T>(env: Readonly<Record<string, string>>, action: () => Promise<T>): Promise<T> {
  const before = process.env;
  const foreign = Object.entries(before).filter(([name]) => !OURS.test(name));
  process.env = { ...Object.fromEntries(foreign), ...env };
  try {
    return await action();
  } finally {
    process.env = before;
  }
}
