/** Files of the repository, wherever the compiled tests run. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = ((): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/** @param path below the repository's root */
export function readText(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

export function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}
