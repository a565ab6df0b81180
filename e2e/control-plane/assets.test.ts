import { expect } from 'chai';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAssets } from './assets.ts';
import type { Machine } from './assets.ts';
import { buildAssets } from './build-assets.ts';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kubectl'];

describe('assets of the control plane', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'osm-auditor-assets-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const put = (folder: string, programs: readonly string[] = PROGRAMS, mode = 0o755): void => {
    mkdirSync(join(root, folder), { recursive: true });
    for (const program of programs) writeFileSync(join(root, folder, program), '#!/bin/sh\n', { mode });
  };
  const find = (env: Readonly<Record<string, string>> = {}): ReturnType<typeof findAssets> => {
    const machine: Machine = { env, home: root, platform: 'linux-amd64' };
    return findAssets(machine);
  };
  const cache = '.cache/osm-auditor/control-plane';
  const store = '.local/share/kubebuilder-envtest/k8s';

  it('finds nothing on an empty machine', () => {
    expect(find()).to.equal(undefined);
  });

  it('prefers KUBEBUILDER_ASSETS to the store, and the store to the cache', () => {
    for (const folder of ['own', `${store}/1.30.0-linux-amd64`, cache]) put(folder);
    expect(find({ KUBEBUILDER_ASSETS: join(root, 'own') })?.etcd).to.equal(join(root, 'own/etcd'));
    expect(find()?.etcd).to.equal(join(root, store, '1.30.0-linux-amd64/etcd'));
    rmSync(join(root, store), { recursive: true });
    expect(find()?.etcd).to.equal(join(root, cache, 'etcd'));
  });

  it('names the program that KUBEBUILDER_ASSETS lacks instead of taking another folder', () => {
    put('own', ['etcd']);
    put(cache);
    expect(() => find({ KUBEBUILDER_ASSETS: join(root, 'own') })).to.throw(
      `KUBEBUILDER_ASSETS names ${root}/own, which has no executable kube-apiserver`,
    );
  });

  it('takes an empty KUBEBUILDER_ASSETS for an unset one', () => {
    put(cache);
    expect(find({ KUBEBUILDER_ASSETS: '' })?.origin).to.contain(cache);
  });

  it('takes the newest complete version for this platform from the store, comparing numbers', () => {
    for (const version of ['1.9.0', '1.30.2', '1.30.10', '1.4.0']) put(`${store}/${version}-linux-amd64`);
    put(`${store}/1.40.0-linux-arm64`);
    put(`${store}/1.41.0-linux-amd64`, ['etcd']);
    expect(find()?.kubeApiserver).to.equal(join(root, store, '1.30.10-linux-amd64/kube-apiserver'));
  });

  it('follows XDG_DATA_HOME and XDG_CACHE_HOME', () => {
    put('data/kubebuilder-envtest/k8s/1.30.0-linux-amd64');
    put('cache/osm-auditor/control-plane');
    expect(find({ XDG_DATA_HOME: join(root, 'data') })?.etcd).to.contain('/data/');
    expect(find({ XDG_CACHE_HOME: join(root, 'cache') })?.etcd).to.contain('/cache/');
  });

  it('does not take a cache that is still being built, nor files that cannot be executed', () => {
    put(cache, ['etcd', 'kubectl']);
    expect(find()).to.equal(undefined);
    put(cache, ['kube-apiserver'], 0o644);
    expect(find()).to.equal(undefined);
  });

  it('falls back to the kubectl of PATH, and does without', () => {
    put(cache, ['etcd', 'kube-apiserver']);
    put('bin', ['kubectl']);
    expect(find({ PATH: `/nonexistent:${join(root, 'bin')}` })?.kubectl).to.equal(join(root, 'bin/kubectl'));
    expect(find({ PATH: '' })).not.to.have.property('kubectl');
  });

  describe('built where they are missing', () => {
    const script = (body: string): string => {
      const path = join(root, 'build.sh');
      writeFileSync(path, `#!/bin/sh\nset -e\n${body}\n`);
      chmodSync(path, 0o755);
      return path;
    };

    it('are built once when two ask at the same time', async () => {
      const folder = join(root, cache);
      const build = script(
        `mkdir "$1"; echo run >> "${root}/runs"; sleep 0.3; touch "$1/kube-apiserver"; chmod +x "$1"/*`,
      );
      await Promise.all([buildAssets(build, folder), buildAssets(build, folder)]);
      expect(readFileSync(join(root, 'runs'), 'utf8')).to.equal('run\n');
    });

    it('are an error that names the script when it fails, and the next to ask tries again', async () => {
      const folder = join(root, cache);
      const error = await buildAssets(script('exit 3'), folder).catch((reason: unknown) => reason);
      expect(String(error)).to.contain(`${root}/build.sh failed with 3`);
      await buildAssets(script(`mkdir "$1"; touch "$1/kube-apiserver"`), folder);
    });
  });
});
