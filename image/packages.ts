/** Brings Debian packages into a folder that stays in the cache, unpacked by rootfs.sh. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../src/testing/repository.ts';

/** What the C++ library of Debian is, with all that it needs. */
export const OF_NODE: readonly string[] = ['libstdc++6'];
/** What the node agent asks the kernel by. */
export const OF_AGENT: readonly string[] = ['iptables', 'nftables', 'util-linux'];

/** The folder's name tells what it was made from, so that a change of the list or the script makes another. */
export function unpackedPackages(packages: readonly string[]): string {
  const script = join(repositoryRoot, 'image/rootfs.sh');
  const key = createHash('sha256').update(readFileSync(script)).update(packages.join()).digest('hex');
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(caches, 'osm-auditor', `image-${key.slice(0, 12)}`);
  execFileSync(script, [folder, ...packages], { stdio: ['ignore', 'inherit', 'inherit'] });
  return folder;
}
