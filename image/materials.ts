/** Reads what an image was made of: esbuild's account of the bundle, and rootfs.sh's list of Debian packages. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DebianPackage, NpmPackage } from './sbom.ts';

/** The part of esbuild's metafile that counts; paths are relative to the repository. */
interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>
  >;
}

/** The npm packages of which something is in the bundle. Throws where a file of the bundle is of no known package. */
export async function bundledPackages(repository: string, metafile: string): Promise<readonly NpmPackage[]> {
  const { outputs } = JSON.parse(await readFile(metafile, 'utf8')) as Metafile;
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = packageFolder(path);
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return npmPackages(repository, [...folders]);
}

/** @param folders of packages, relative to the repository */
export function npmPackages(repository: string, folders: readonly string[]): Promise<readonly NpmPackage[]> {
  return Promise.all(
    [...folders].sort().map(async (folder) => {
      const text = await readFile(join(repository, folder, 'package.json'), 'utf8');
      const { name, version, license } = JSON.parse(text) as { [key in keyof NpmPackage]?: unknown };
      if (typeof name !== 'string' || typeof version !== 'string') {
        throw new Error(`${folder}/package.json has no name or no version`);
      }
      return { name, version, license: typeof license === 'string' ? license : undefined };
    }),
  );
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` -> `node_modules/a/node_modules/@b/c`; undefined for our own files. */
export function packageFolder(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

export async function debianPackages(list: string): Promise<readonly DebianPackage[]> {
  const lines = (await readFile(list, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [name, version] = line.split(' ');
    if (name === undefined || version === undefined) throw new Error(`${list}: no package in "${line}"`);
    return { name, version };
  });
}
