/** Runs a command as a reader's shell does; what it prints and how it exits are results. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Ran {
  /** -1 when a signal ended it, 124 when it took too long. */
  readonly status: number;
  /** Its standard output, or what it has written to the file that this goes to. */
  readonly printed: string;
  readonly complaint: string;
}

const WITHIN_SECONDS = 60;

/** @param folder where it runs, with nothing on its standard input */
export async function runCommand(
  command: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  { untilItPrints = false }: { readonly untilItPrints?: boolean } = {},
): Promise<Ran> {
  // timeout(1) ends everything that the command has started; but in the foreground it passes a signal on once, not twice.
  const [manner, script] = untilItPrints ? ['--foreground', `exec ${command}`] : ['--kill-after=5', command];
  const args = [manner, String(WITHIN_SECONDS), 'bash', '-o', 'pipefail', '-c', script];
  const child = spawn('timeout', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  // As a terminal does at a Ctrl-C.
  if (untilItPrints) child.stdout.once('data', () => child.kill('SIGINT'));
  const exit = once(child, 'close') as Promise<[number | null]>;
  const [out, complaint, [status]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  const file = />\s*([\w./-]+)$/.exec(command)?.[1];
  return {
    status: status ?? -1,
    printed: file === undefined ? out : await readFile(join(folder, file), 'utf8'),
    complaint,
  };
}
