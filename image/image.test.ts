import { expect } from 'chai';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { missingLibraries } from './contents.ts';
import { entriesIn, layerOf, type Entry } from './layer.ts';
import { packageFolder } from './materials.ts';
import { archiveOf, type Image } from './oci-archive.ts';
import { sbomOf, type Materials } from './sbom.ts';

const file = (path: string, content: string, executable = false): Entry => {
  return { kind: 'file', path, content: Buffer.from(content), executable };
};

/** What a tar holds, by name: its kind, its mode and its content or target. */
async function read(
  tar: Buffer,
): Promise<ReadonlyMap<string, { readonly header: string; readonly content: Buffer }>> {
  const found = new Map<string, { header: string; content: Buffer }>();
  const reader = Readable.from([tar]).pipe(extract());
  for await (const entry of reader) {
    const { name, type, mode, linkname, uid, mtime } = entry.header;
    const header = [type, mode.toString(8), ...(type === 'symlink' ? [linkname] : [])].join(' ');
    expect([uid, mtime.getTime()], name).to.deep.equal([0, 0]);
    found.set(name, { header, content: await buffer(entry) });
  }
  return found;
}

describe('image', () => {
  const entries = [
    file('/app/run', '#!/bin/sh\n', true),
    file('/app/data/notes', 'text'),
    { kind: 'link', path: '/bin', target: 'app' } as const,
  ];

  describe('layer', () => {
    it('holds files, links and the folders above them, of root and of the epoch', async () => {
      const found = await read(await layerOf(entries));
      expect([...found].map(([name, { header }]) => `${name}: ${header}`)).to.deep.equal([
        'app: directory 755',
        'app/data: directory 755',
        'app/data/notes: file 644',
        'app/run: file 755',
        'bin: symlink 777 app',
      ]);
      expect(found.get('app/data/notes')?.content.toString()).to.equal('text');
    });

    it('is the same bytes whatever the order', async () => {
      expect(await layerOf([...entries].reverse())).to.deep.equal(await layerOf(entries));
    });

    it('takes from a folder what is wanted, links as links', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'osm-auditor-layer-'));
      try {
        mkdirSync(join(folder, 'lib'));
        writeFileSync(join(folder, 'lib/libc.so.6'), 'c');
        writeFileSync(join(folder, 'lib/other'), 'o');
        symlinkSync('lib', join(folder, 'lib64'));
        const taken = await entriesIn(folder, (path) => !path.endsWith('other'));
        expect(taken.map(({ kind, path }) => `${kind} ${path}`).sort()).to.deep.equal([
          'file /lib/libc.so.6',
          'folder /lib',
          'link /lib64',
        ]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });

  describe('archive', () => {
    const image = async (): Promise<Image> => ({
      names: ['docker.io/library/a:1', 'docker.io/library/b:2'],
      architecture: 'amd64',
      layers: [await layerOf(entries)],
      config: { User: '65532', Entrypoint: ['/app/run'] },
    });
    interface Descriptor {
      readonly digest: string;
      readonly size: number;
      readonly annotations?: Readonly<Record<string, string>>;
    }
    const parsed = (content: Buffer | undefined): unknown => JSON.parse(content?.toString() ?? 'null');

    it('is an OCI layout whose every digest is that of its blob, from the index to the layer', async () => {
      const { bytes, digests } = await archiveOf([await image()]);
      const found = await read(bytes);
      const blob = ({ digest, size }: Descriptor): Buffer | undefined => {
        const content = found.get(`blobs/${digest.replace(':', '/')}`)?.content;
        expect(content?.length, digest).to.equal(size);
        return content;
      };
      expect(parsed(found.get('oci-layout')?.content)).to.deep.equal({ imageLayoutVersion: '1.0.0' });
      const index = parsed(found.get('index.json')?.content) as { manifests: Descriptor[] };
      expect(index.manifests.map((each) => each.annotations?.['io.containerd.image.name'])).to.deep.equal([
        'docker.io/library/a:1',
        'docker.io/library/b:2',
      ]);
      expect(new Set(index.manifests.map(({ digest }) => digest))).to.deep.equal(new Set(digests));
      const [first] = index.manifests;
      const manifest = parsed(blob(first!)) as { config: Descriptor; layers: Descriptor[] };
      const config = parsed(blob(manifest.config)) as { config: object; rootfs: { diff_ids: string[] } };
      expect(config.config).to.deep.equal({ User: '65532', Entrypoint: ['/app/run'] });
      expect(manifest.layers.map(({ digest }) => digest)).to.deep.equal(config.rootfs.diff_ids);
      expect(manifest.layers.map(blob)).to.deep.equal((await image()).layers);
    });

    it('is what docker load of before version 25 reads, too', async () => {
      const found = await read((await archiveOf([await image()])).bytes);
      const [only] = parsed(found.get('manifest.json')?.content) as {
        Config: string;
        RepoTags: string[];
        Layers: string[];
      }[];
      expect(only?.RepoTags).to.deep.equal(['docker.io/library/a:1', 'docker.io/library/b:2']);
      for (const path of [only!.Config, ...only!.Layers]) expect(found.has(path), path).to.equal(true);
    });

    it('has the same digest from the same inputs, and another from others', async () => {
      const digest = async (change: Partial<Image>): Promise<string | undefined> =>
        (await archiveOf([{ ...(await image()), ...change }])).digests[0];
      expect(await digest({})).to.equal(await digest({}));
      expect(await digest({})).to.not.equal(await digest({ architecture: 'arm64' }));
    });
  });

  it('is not made of a Node.js that needs other libraries than it has', () => {
    const official = [
      'linux-vdso.so.1',
      '/lib/x86_64-linux-gnu/libstdc++.so.6',
      '/lib64/ld-linux-x86-64.so.2',
      '/usr/bin/node',
    ];
    expect(missingLibraries(official)).to.deep.equal([]);
    expect(missingLibraries([...official, '/lib/x86_64-linux-gnu/libnode.so.108'])).to.deep.equal([
      'libnode.so.108',
    ]);
  });

  describe('bill of materials', () => {
    const materials: Materials = {
      name: 'osm-auditor',
      version: '0.1.0',
      digest: 'sha256:abc',
      npm: [
        { name: '@scope/name', version: '1.0.0', license: 'MIT' },
        { name: 'plain', version: '2.0.0', license: undefined },
      ],
      node: '20.1.0',
      debian: [{ name: 'libstdc++6', version: '1:12.2.0-14+deb12u1' }],
      architecture: 'amd64',
    };

    it('names every component by its package URL, and the image by its digest', () => {
      const { components, metadata } = JSON.parse(sbomOf(materials)) as {
        components: { purl: string; licenses?: unknown }[];
        metadata: { component: { hashes: unknown } };
      };
      expect(components.map(({ purl }) => purl)).to.deep.equal([
        'pkg:deb/debian/libstdc%2B%2B6@1%3A12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12',
        'pkg:generic/node@20.1.0',
        'pkg:npm/%40scope/name@1.0.0',
        'pkg:npm/plain@2.0.0',
      ]);
      expect(components[2]?.licenses).to.deep.equal([{ expression: 'MIT' }]);
      expect(metadata.component.hashes).to.deep.equal([{ alg: 'SHA-256', content: 'abc' }]);
    });

    it('knows the package of a bundled file by its folder', () => {
      const cases: Readonly<Record<string, string | undefined>> = {
        'node_modules/yaml/browser/index.js': 'node_modules/yaml',
        'node_modules/@kubernetes/client-node/dist/config.js': 'node_modules/@kubernetes/client-node',
        'node_modules/a/node_modules/@b/c/lib/d.js': 'node_modules/a/node_modules/@b/c',
        'src/main.ts': undefined,
      };
      for (const [path, folder] of Object.entries(cases)) expect(packageFolder(path), path).to.equal(folder);
    });
  });
});
