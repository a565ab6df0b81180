/**
 * A layer of a container image: a tar of files, folders and links.
 *
 * Guarantees: the same entries give the same bytes, whatever their order and whoever owned them when: all belong to root,
 * are as old as the Unix epoch, and are sorted by path. Parent folders that are not named are made, for all to read.
 */
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack, type Pack } from 'tar-stream';

type Header = Parameters<Pack['entry']>[0];

interface Named {
  /** Absolute in the image: `/app/dist/osm-auditor.js`. */
  readonly path: string;
}
export type Entry =
  | (Named & { readonly kind: 'file'; readonly content: Buffer; readonly executable?: boolean })
  | (Named & { readonly kind: 'folder'; readonly mode?: number })
  | (Named & { readonly kind: 'link'; readonly target: string });

export async function layerOf(entries: readonly Entry[]): Promise<Buffer> {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  for (const path of entries.flatMap(parents)) {
    if (!byPath.has(path)) byPath.set(path, { kind: 'folder', path });
  }
  const tar = pack();
  for (const [, entry] of [...byPath].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (entry.kind === 'file') tar.entry(headerOf(entry), entry.content);
    else tar.entry(headerOf(entry));
  }
  tar.finalize();
  return buffer(tar);
}

function headerOf(entry: Entry): Header {
  const common = { name: entry.path.slice(1), mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
  switch (entry.kind) {
    case 'file':
      return {
        ...common,
        type: 'file',
        mode: entry.executable === true ? 0o755 : 0o644,
        size: entry.content.length,
      };
    case 'folder':
      return { ...common, type: 'directory', mode: entry.mode ?? 0o755 };
    case 'link':
      return { ...common, type: 'symlink', mode: 0o777, linkname: entry.target };
  }
}

/** `/a/b/c` -> `/a`, `/a/b` */
function parents({ path }: Entry): readonly string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/**
 * What a folder of this machine holds, as entries of the same paths.
 *
 * @param wanted says of a path whether it is taken, and of a folder whether it is looked into; everything by default
 */
export async function entriesIn(
  folder: string,
  wanted: (path: string) => boolean = () => true,
): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  const visit = async (path: string): Promise<void> => {
    for (const name of await readdir(join(folder, path))) {
      const inside = `${path}/${name}`;
      if (!wanted(inside)) continue;
      const file = join(folder, inside);
      const { mode, ...about } = await lstat(file).then((stats) => ({
        mode: stats.mode,
        isLink: stats.isSymbolicLink(),
        isFolder: stats.isDirectory(),
      }));
      if (about.isLink) found.push({ kind: 'link', path: inside, target: await readlink(file) });
      else if (about.isFolder) {
        found.push({ kind: 'folder', path: inside, mode: mode & 0o7777 });
        await visit(inside);
      } else {
        const content = await readFile(file);
        found.push({ kind: 'file', path: inside, content, executable: (mode & 0o100) !== 0 });
      }
    }
  };
  await visit('');
  return found;
}
