/**
 * Finds the programs that the kernel's prober and the reader of src/kernel need. What is missing on the machine comes from Debian's archive by
 * fetch.sh, which installs nothing, and stays in the cache. A program of the machine is preferred, each by itself.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { isExecutable } from '../control-plane/assets.ts';

const PROGRAMS = [
  'iptables-nft',
  'iptables-nft-restore',
  'iptables-nft-save',
  'iptables-legacy',
  'iptables-legacy-restore',
  'iptables-legacy-save',
  'nft',
  'nsenter',
  'ip',
  'python3',
] as const;

/** The absolute path of each program. */
export type Tools = Readonly<Record<(typeof PROGRAMS)[number], string>>;

/** What a search depends on, so that tests describe a machine instead of changing this one. */
export interface Machine {
  /** The folders of the machine's own programs. */
  readonly folders: readonly string[];
  /** Where fetch.sh puts what it fetches. It is complete exactly when it is there. */
  readonly cache: string;
  /** Absolute path of fetch.sh, which is called with the cache. */
  readonly fetch: string;
}

export function thisMachine(): Machine {
  const paths = (process.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const fetch = join(repositoryRoot, 'e2e', 'kernel', 'fetch.sh');
  // The folder's name tells what was fetched, so that a change of the script makes another.
  const key = createHash('sha256').update(readFileSync(fetch)).digest('hex').slice(0, 12);
  return {
    // The last two are often missing in PATH, where only root's programs are.
    folders: [...paths, '/usr/sbin', '/sbin'],
    cache: join(caches, 'osm-auditor', `kernel-tools-${key}`),
    fetch,
  };
}

/** Finds the programs, and fetches those that are missing; throws one sentence that says why that is impossible. */
export async function ensureTools(machine: Machine = thisMachine()): Promise<Tools> {
  const missing = PROGRAMS.filter((program) => find(program, machine) === undefined);
  if (missing.length > 0) await fetchTools(machine, missing);
  const found = PROGRAMS.map((program) => {
    const path = find(program, machine);
    if (path === undefined)
      throw new Error(`the packages were fetched, yet ${machine.cache} has no ${program}`);
    return [program, path] as const;
  });
  return Object.fromEntries(found) as Tools;
}

/** Runs fetch.sh, and passes on what it says. */
async function fetchTools({ fetch, cache }: Machine, missing: readonly string[]): Promise<void> {
  const child = spawn(fetch, [cache], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    process.stderr.write(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`no ${missing.join(', ')} here, and ${fetch} failed: ${said.trim()}`);
}

function find(program: string, machine: Machine): string | undefined {
  return [...machine.folders, join(machine.cache, 'bin')]
    .map((folder) => join(folder, program))
    .find(isExecutable);
}
