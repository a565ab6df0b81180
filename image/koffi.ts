/**
 * koffi in the node agent's image: of the npm package what Node can load, and the binaries of this platform. The bundle leaves it
 * out, since a binary cannot be bundled. Its sources in C++ and its other platforms stay behind.
 */
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../src/testing/repository.ts';
import { entriesIn, type Entry } from './layer.ts';

const KOFFI = 'node_modules/koffi';
const BINARIES = `node_modules/@koromix/koffi-linux-${process.arch}`;

/** For the bill of materials: where their package.json is. */
export const KOFFI_FOLDERS: readonly string[] = [KOFFI, BINARIES];

/** No file of it is a program. */
export async function koffiEntries(): Promise<readonly Entry[]> {
  const found = KOFFI_FOLDERS.map(async (folder) =>
    (await entriesIn(join(repositoryRoot, folder))).flatMap((entry): readonly Entry[] =>
      entry.kind === 'file' && /\.(js|node)$|\/(package\.json|LICENSE\.txt)$/.test(entry.path)
        ? [{ kind: 'file', path: `/app/${folder}${entry.path}`, content: entry.content }]
        : [],
    ),
  );
  return (await Promise.all(found)).flat();
}
