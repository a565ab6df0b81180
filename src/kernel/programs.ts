/** The programs that know how to ask the kernel, and where they are. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = ['nsenter', 'nft', 'iptables-legacy-save', 'iptables-nft-save'] as const;

/** The absolute path of each. */
export type Programs = Readonly<Record<(typeof PROGRAMS)[number], string>>;

/** Those of a service's usual PATH: whoever calls may have a shorter one, and a longer one is nobody's wish. */
export const PROGRAM_FOLDERS: readonly string[] = [
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/local/sbin',
];

/** @throws Error with one sentence that names what is missing */
export function findPrograms(folders: readonly string[]): Programs {
  const found = PROGRAMS.map((name) => [name, find(name, folders)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw new Error(
      `no ${missing.join(', ')} in ${folders.join(', ')}; the packages iptables, nftables and util-linux have them`,
    );
  }
  return Object.fromEntries(found) as Programs;
}

function find(name: string, folders: readonly string[]): string | undefined {
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
