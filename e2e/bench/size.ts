/** How large what is shipped is: the bundle, and the files of the image. There need be no docker. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { repositoryRoot } from '../../src/testing/repository.ts';
import type { Part } from './part.ts';

/** What the Dockerfile copies into the image. */
const FILES = [
  'dist/osm-auditor.js',
  'dist/osm-auditor.js.map',
  'dist/osm-auditor.js.LEGAL.txt',
  'package.json',
  'LICENSE',
];

export const size: Part = {
  name: 'size',
  run: () => {
    const bytesOf = (path: string): number => statSync(join(repositoryRoot, path)).size;
    const bundle = join(repositoryRoot, 'dist/osm-auditor.js');
    const node = statSync(process.execPath).size;
    const files = FILES.reduce((sum, path) => sum + bytesOf(path), 0);
    return Promise.resolve([
      {
        measure: 'size of the bundle',
        figure: megabytes(statSync(bundle).size),
        detail: `${megabytes(gzipSync(readFileSync(bundle)).length)} with gzip; its source map ${megabytes(bytesOf('dist/osm-auditor.js.map'))}`,
      },
      {
        measure: 'content of the image',
        figure: megabytes(files + node),
        detail: `${FILES.join(' + ')} = ${megabytes(files)}, and this machine's node ${process.version} = ${megabytes(node)}; without the distroless base's libraries`,
      },
    ]);
  },
};

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
