/**
 * The archive from which osm-auditor is installed as a plugin of kubectl, and the manifest by which krew finds it.
 *
 * Guarantees: the same bundle gives the same bytes, whoever makes the archive when.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { repositoryRoot } from '../src/testing/repository.ts';
import { layerOf } from './layer.ts';

/** Of gzip's header: the system that packed it. 255 is none in particular. */
const SYSTEM_AT = 9;
const NO_SYSTEM = 255;

export interface Plugin {
  /** The name of the file to be published. */
  readonly archive: string;
  readonly bytes: Buffer;
}

export async function pluginOf(version: string): Promise<Plugin> {
  const content = (path: string): Promise<Buffer> => readFile(join(repositoryRoot, path));
  const tar = await layerOf([
    // By this ending Node takes it for a module, without a package.json beside it.
    {
      kind: 'file',
      path: '/osm-auditor.mjs',
      content: await content('dist/osm-auditor.js'),
      executable: true,
    },
    {
      kind: 'file',
      path: '/osm-auditor.mjs.LEGAL.txt',
      content: await content('dist/osm-auditor.js.LEGAL.txt'),
    },
    { kind: 'file', path: '/LICENSE', content: await content('LICENSE') },
  ]);
  const bytes = gzipSync(tar, { level: 9 });
  bytes[SYSTEM_AT] = NO_SYSTEM;
  return { archive: `osm-auditor-v${version}.tar.gz`, bytes };
}

/**
 * @param template manifests/krew/osm-auditor.yaml
 * @param homepage of the repository, below which its releases are
 * @throws Error when the template holds a word in braces that nobody fills in
 */
export function krewManifest(
  template: string,
  version: string,
  { archive, bytes }: Plugin,
  homepage: string,
): string {
  const words: Readonly<Record<string, string>> = {
    version: `v${version}`,
    homepage: homepage.replace(/\/$/, ''),
    archive,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const body = template.replace(/^#.*\n/gm, '');
  return body.replace(/\{(\w+)\}/g, (_, word: string) => {
    const value = words[word];
    if (value === undefined) throw new Error(`nothing is known of {${word}}`);
    return value;
  });
}
