/**
 * Makes the programs of a control plane where none are found, so that `make test` needs nothing but Debian and Node.
 *
 * Guarantee: of several processes that ask at once one builds and the others wait for it. flock(1) holds the lock, so
 * the kernel gives it back however its holder ends and no lock goes stale.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assetsCache, findAssets, thisMachine } from './assets.ts';
import type { Assets } from './assets.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';

/** Looks again under the lock: whoever waited for it finds the work done. */
const BUILD_ONCE = 'script=$1 last=$2; shift 2; [ -x "$1/$last" ] || exec "$script" "$@"';

/** flock's exit status for a lock that somebody else holds; nothing in build.sh ends with it. */
const LOCKED = 75;

/**
 * The assets of this machine, built if need be: four to five minutes, once, with progress on stderr. Throws one
 * sentence that says what to do where they can be neither found nor built.
 */
export async function ensureAssets(): Promise<Assets> {
  const machine = thisMachine();
  const found = findAssets(machine);
  if (found !== undefined) return found;
  if (!existsSync('/etc/debian_version')) {
    throw new Error(
      'No etcd and kube-apiserver were found, and they can be built on Debian only: run `setup-envtest use`, or set ' +
        'KUBEBUILDER_ASSETS to a folder that has both.',
    );
  }
  const cache = assetsCache(machine);
  await buildAssets(join(repositoryRoot, 'e2e', 'control-plane', 'build.sh'), cache);
  const built = findAssets(machine);
  if (built === undefined) throw new Error(`the build ended well, yet ${cache} is incomplete`);
  return built;
}

/**
 * Runs `script folder programs...` unless the last of the programs, or without any kube-apiserver, is in `folder`. Throws if
 * the script fails, whose stderr has said why.
 */
export async function buildAssets(
  script: string,
  folder: string,
  programs: readonly string[] = [],
): Promise<void> {
  const last = programs.at(-1) ?? 'kube-apiserver';
  const work = [script, last, folder, ...programs];
  mkdirSync(dirname(folder), { recursive: true });
  let status = await runLocked(['--nonblock', `--conflict-exit-code=${LOCKED}`], folder, work);
  if (status === LOCKED) {
    process.stderr.write(`${last}: another process is building it; waiting for that\n`);
    status = await runLocked([], folder, work);
  }
  if (status !== 0) throw new Error(`${script} failed with ${status}; its output above says why`);
}

/** Runs the build under the lock and returns the exit code, or the signal's name; its output goes to stderr. */
async function runLocked(
  flags: readonly string[],
  folder: string,
  work: readonly string[],
): Promise<number | NodeJS.Signals> {
  const command = [...flags, `${folder}.lock`, 'sh', '-c', BUILD_ONCE, 'sh', ...work];
  const child = spawn('flock', command, { stdio: ['ignore', process.stderr, 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals];
  return code ?? signal;
}
