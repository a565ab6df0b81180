/**
 * Where the repository lies. Compiled files run from a build folder whose depth is nobody's business, so what is not
 * TypeScript (build.sh, manifests, the Dockerfile) is found from the root and not relative to the file that asks.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's absolute path: the nearest folder above this file with a package.json; throws if there is none. */
export function repositoryRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('no package.json above the end-to-end harness');
  }
}
