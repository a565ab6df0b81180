/** Runs kubectl as a user would. What it prints and how it exits are results, not errors. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; -1 if a signal ended it. */
  readonly code: number;
}

/**
 * Runs `path` with `args` on the cluster of `kubeconfig`, `input` on its stdin. `home` takes its caches, so that it
 * never trusts what it remembers of another control plane that had the same port. Throws if it cannot be executed.
 */
export async function runKubectl(
  path: string,
  args: readonly string[],
  { kubeconfig, home, input = '' }: { kubeconfig: string; home: string; input?: string },
): Promise<KubectlResult> {
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
  const child = spawn(path, args, { env, stdio: 'pipe' });
  const exit = once(child, 'close') as Promise<[number | null]>;
  // kubectl may end without reading its input; that is its right, and its exit code tells what there is to tell.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, code: code ?? -1 };
}
