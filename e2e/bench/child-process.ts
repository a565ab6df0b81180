/**
 * Measuring in a process of its own, so that neither memory nor CPU time of one measurement is another's: runs a script of
 * children/ and reads the one line of JSON that it prints.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';

export interface ChildOptions {
  /** For Node, in front of the script. */
  readonly nodeArgs?: readonly string[];
}

/** @throws Error with what the child wrote to standard error, if it fails */
export async function runChild<T>(
  script: string,
  args: readonly string[],
  { nodeArgs = [] }: ChildOptions = {},
): Promise<T> {
  const child = start(script, args, nodeArgs);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/**
 * Starts a child that goes on running after its line, which says that it serves.
 *
 * @returns what ends it
 */
export async function startChild(script: string, args: readonly string[]): Promise<() => Promise<void>> {
  const child = start(script, args, []);
  child.stderr.pipe(process.stderr);
  const ended = once(child, 'close');
  const line = once(createInterface({ input: child.stdout }), 'line').then(() => true);
  const serves = await Promise.race([line, ended.then(() => false)]);
  if (!serves) throw new Error(`${script} ended before it served`);
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

function start(script: string, args: readonly string[], nodeArgs: readonly string[]) {
  const path = join(repositoryRoot, 'build/e2e/bench/children', `${script}.js`);
  const env = { PATH: process.env['PATH'] ?? '' };
  return spawn(process.execPath, [...nodeArgs, path, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
