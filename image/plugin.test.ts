/** The plugin as krew would install it: from its manifest and its archive, run by kubectl where there is one. */
import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { parse } from 'yaml';
import { findAssets } from '../e2e/control-plane/assets.ts';
import { readText } from '../src/testing/repository.ts';
import { VERSION } from '../src/version.ts';
import { krewManifest, pluginOf, type Plugin } from './plugin.ts';

const HOMEPAGE = 'https://example.org/mesh/osm-auditor';
const TEMPLATE = readText('manifests/krew/osm-auditor.yaml');

interface KrewManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly homepage: string;
    readonly shortDescription: string;
    readonly platforms: readonly {
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
      readonly files: readonly { readonly from: string; readonly to: string }[];
    }[];
  };
}

describe('the plugin of kubectl', function () {
  this.timeout(60_000);
  let folder: string;
  let plugin: Plugin;
  let manifest: KrewManifest;
  /** As krew does it: the files in a store, and in its bin a link by the name that kubectl looks for. */
  let bin: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'osm-auditor-plugin-'));
    plugin = await pluginOf(VERSION);
    manifest = parse(krewManifest(TEMPLATE, VERSION, plugin, `${HOMEPAGE}/`)) as KrewManifest;
    const [store, unpacked] = [join(folder, 'store'), join(folder, 'unpacked')];
    bin = join(folder, 'bin');
    for (const each of [store, unpacked, bin]) await mkdir(each);
    writeFileSync(join(folder, plugin.archive), plugin.bytes);
    execFileSync('tar', ['-xzf', join(folder, plugin.archive), '-C', unpacked]);
    const [platform] = manifest.spec.platforms;
    for (const { from, to } of platform!.files)
      execFileSync('cp', ['-p', join(unpacked, from), join(store, to)]);
    symlinkSync(join(store, platform!.bin), join(bin, 'kubectl-osm_auditor'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the same archive whenever it is made', async () => {
    expect((await pluginOf(VERSION)).bytes.equals(plugin.bytes)).to.equal(true);
  });

  it('has a manifest that names the archive by place and content', () => {
    expect(manifest).to.deep.include({
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'osm-auditor' },
    });
    expect(manifest.spec).to.include({ version: `v${VERSION}`, homepage: HOMEPAGE });
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, plugin.archive)))
      .digest('hex');
    for (const platform of manifest.spec.platforms) {
      expect(platform).to.include({ sha256 });
      expect(platform.uri).to.equal(
        `${HOMEPAGE}/releases/download/v${VERSION}/osm-auditor-v${VERSION}.tar.gz`,
      );
      expect(platform.files.map(({ from }) => from)).to.include.members([platform.bin, 'LICENSE']);
    }
    // Krew lists plugins in lines.
    expect(manifest.spec.shortDescription.length).to.be.at.most(50);
  });

  it('has a manifest without a word that nobody has filled in', () => {
    expect(JSON.stringify(manifest)).not.to.match(/\{\w+\}/);
    expect(() => krewManifest("x: '{what}'", VERSION, plugin, HOMEPAGE)).to.throw('{what}');
  });

  it('runs as the link that krew makes, and calls itself what is typed', () => {
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
    const { status, stdout, stderr } = spawnSync(join(bin, 'kubectl-osm_auditor'), ['check', '--help'], {
      env,
      encoding: 'utf8',
    });
    expect([status, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.include('\n  kubectl osm-auditor check [options]\n');
  });

  it('is found by kubectl under both names', function () {
    const kubectl = findAssets()?.kubectl;
    if (kubectl === undefined) {
      process.stderr.write('      kubectl is missing: that it finds the plugin is not tested\n');
      this.skip();
    }
    const env = { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder };
    for (const name of ['osm-auditor', 'osm_auditor']) {
      const { status, stdout } = spawnSync(kubectl, [name, 'version'], { env, encoding: 'utf8' });
      expect([status, stdout]).to.deep.equal([0, `osm-auditor ${VERSION}\n`]);
    }
  });
});
