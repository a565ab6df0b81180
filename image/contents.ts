/**
 * What is in osm-auditor's image, apart from the Dockerfile: the same bundle, Node.js of the machine that builds, the
 * libraries of Debian that Node.js is linked with, and nothing to log in with. It runs as the same user by the same command.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../src/testing/repository.ts';
import { entriesIn, layerOf, type Entry } from './layer.ts';
import type { Image } from './oci-archive.ts';

const USER = '65532';

/** What Debian's C and C++ libraries are there for: official builds of Node.js need these and no other. */
const LIBRARIES = ['ld-linux', 'libc', 'libdl', 'libgcc_s', 'libm', 'libpthread', 'libstdc++'];

export interface Sources {
  /** Of the repository, with the bundle in dist/. */
  readonly version: string;
  /** The program. */
  readonly node: string;
  /** A folder made by rootfs.sh. */
  readonly libraries: string;
}

/**
 * The libraries among the shared objects of a process of Node.js that the image would lack.
 *
 * @param sharedObjects paths, as process.report tells them
 */
export function missingLibraries(sharedObjects: readonly string[]): readonly string[] {
  const names = sharedObjects
    .filter((path) => path.startsWith('/'))
    .map((path) => path.slice(path.lastIndexOf('/') + 1));
  return names.filter((name) => /\.so(\.|$)/.test(name) && !isKnown(name));
}

export async function imageOf({ version, node, libraries }: Sources): Promise<Image> {
  const runtime = await layerOf([
    { kind: 'file', path: '/nodejs/bin/node', content: await readFile(node), executable: true },
    ...(await entriesIn(libraries, isLibrary)),
    text('/etc/passwd', `nonroot:x:${USER}:${USER}:nonroot:/app:/sbin/nologin\n`),
    text('/etc/group', `nonroot:x:${USER}:\n`),
  ]);
  const application = await layerOf(await Promise.all(['dist/osm-auditor.js', ...BESIDE].map(ours)));
  return {
    names: [`docker.io/library/osm-auditor:${version}`],
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    layers: [runtime, application],
    config: {
      User: USER,
      WorkingDir: '/app',
      Entrypoint: ['/nodejs/bin/node', '--enable-source-maps', '/app/dist/osm-auditor.js'],
      ExposedPorts: { '8080/tcp': {} },
      Labels: {
        'org.opencontainers.image.title': 'osm-auditor',
        'org.opencontainers.image.description':
          'Continuously audits how Open Service Mesh redirects pod traffic',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': version,
      },
    },
  };
}

/** package.json tells Node that the bundle is an ES module. */
const BESIDE = ['dist/osm-auditor.js.map', 'dist/osm-auditor.js.LEGAL.txt', 'package.json', 'LICENSE'];

async function ours(path: string): Promise<Entry> {
  return { kind: 'file', path: `/app/${path}`, content: await readFile(join(repositoryRoot, path)) };
}

function text(path: string, content: string): Entry {
  return { kind: 'file', path, content: Buffer.from(content) };
}

/** Folders lead there; links such as /lib are needed as the loader's path is written in every program. */
function isLibrary(path: string): boolean {
  if (/^\/(usr|lib|lib64|usr\/lib|usr\/lib64|usr\/lib\/[a-z0-9_]+-linux-gnu)$/.test(path)) return true;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /\.so(\.[0-9.]+)?$/.test(name) && isKnown(name);
}

function isKnown(name: string): boolean {
  return LIBRARIES.some((library) => name.startsWith(`${library}.`) || name.startsWith(`${library}-`));
}
