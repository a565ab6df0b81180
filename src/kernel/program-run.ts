/**
 * Runs a program in the network of a pod, and what it printed.
 *
 * Guarantees: the program gets an open file of that network instead of a number that could by then mean another; its
 * environment is what is given and nothing of ours; what it prints and how long it runs are bounded, since how many rules
 * there are is up to the pod. Nothing is thrown.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface RunLimits {
  /** Of what the program prints. */
  readonly bytes: number;
  readonly milliseconds: number;
}

export interface RunOptions {
  /** The path of nsenter. */
  readonly nsenter: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
}

export type ProgramRun =
  | { readonly kind: 'printed'; readonly text: string }
  /** `reason` is half a sentence, with the words of the program: `nft ended with status 1: "..."`. */
  | { readonly kind: 'failed'; readonly why: 'not-permitted' | 'failed'; readonly reason: string };

/** @param network the descriptor of an open namespace */
export function runInNetwork(
  network: number,
  [program, ...args]: readonly [string, ...string[]],
  { nsenter, environment, limits }: RunOptions,
): Promise<ProgramRun> {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const failed = (what: string, why: 'not-permitted' | 'failed' = 'failed'): ProgramRun => {
    return { kind: 'failed', why, reason: `${name} ${what}` };
  };
  return new Promise((resolve) => {
    // Descriptor 3 of the child is the network.
    const child = spawn(nsenter, ['--net=/proc/self/fd/3', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', network],
      env: environment,
    });
    const stop = (run: ProgramRun): void => {
      resolve(run);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(
      () => stop(failed(`did not end within ${limits.milliseconds / 1000} s`)),
      limits.milliseconds,
    );
    const tooMuch = (): void => stop(failed(`printed more than ${limits.bytes / 1e6} MB`));
    const printed = collect(child.stdout, limits.bytes, tooMuch);
    const said = collect(child.stderr, limits.bytes, tooMuch);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(failed(`could not be started: ${error.message}`));
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) resolve({ kind: 'printed', text: printed() });
      else resolve(failed(`ended with ${howEnded(status, signal)}: ${quoted(said())}`, whyOf(said())));
    });
  });
}

function collect(stream: Readable | null, most: number, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > most) tooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function howEnded(status: number | null, signal: string | null): string {
  return status === null ? `signal ${signal ?? ''}` : `status ${status}`;
}

/** The words of the C library, in which nsenter, nft and iptables tell what the kernel answered. */
function whyOf(said: string): 'not-permitted' | 'failed' {
  return /Operation not permitted|Permission denied/.test(said) ? 'not-permitted' : 'failed';
}

const QUOTED = 300;

/** On one line, with no byte that a terminal would obey. */
function quoted(text: string): string {
  return JSON.stringify(text.trim().slice(0, QUOTED)).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, '?');
}
