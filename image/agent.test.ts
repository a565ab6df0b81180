/** The node agent's image, unpacked: its programs run in it as root of its file system, on the networks of other processes. */
import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { PodNetworks, whyNoNetworks } from '../e2e/kernel/pod-networks.ts';
import { osmLines } from '../src/testing/osm-scripts.ts';
import { repositoryRoot } from '../src/testing/repository.ts';
import { agentImage, agentPackages } from './agent.ts';
import { imageOf } from './contents.ts';
import { debianPackages } from './materials.ts';
import type { Image } from './oci-archive.ts';
import { OF_AGENT, OF_NODE, unpackedPackages } from './packages.ts';

const OSM = `*nat\n${osmLines('R4').join('\n')}\nCOMMIT\n`;

describe("the node agent's image", function () {
  this.timeout(5 * 60_000);
  let image: Image;
  let root: string;

  before(async function () {
    const reason = whyNoNetworks();
    if (reason !== undefined) {
      process.stderr.write(`SKIPPED, the node agent's image is not tried: ${reason}\n`);
      this.skip();
    }
    const libraries = unpackedPackages(OF_NODE);
    const controller = await imageOf({ version: '0.0.0', node: process.execPath, libraries });
    image = await agentImage(controller, unpackedPackages(OF_AGENT));
    root = mkdtempSync(join(tmpdir(), 'osm-auditor-image-'));
    for (const layer of image.layers) {
      writeFileSync(join(root, 'layer.tar'), layer);
      execFileSync('tar', ['-x', '-f', join(root, 'layer.tar'), '-C', root]);
      rmSync(join(root, 'layer.tar'));
    }
    mkdirSync(join(root, 'proc'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  /** With /proc bound into it for as long as the program runs. */
  function inside(command: readonly string[]): string {
    const bind = 'mount --bind /proc "$1/proc" && exec chroot "$@"';
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', bind, 'sh', root, ...command],
      { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } },
    );
    expect(`${String(status)} ${stderr}`).to.match(/^0 /);
    return stdout;
  }

  it('reads the rules of both backends with its own programs', async () => {
    const pods = await PodNetworks.start();
    try {
      const read = async (backend: 'legacy' | 'nft'): Promise<string> => {
        const pid = await pods.network({ restore: { [backend]: OSM } });
        const enter = ['/usr/bin/nsenter', `--net=/proc/${pid}/ns/net`];
        const chains = inside([...enter, '/usr/sbin/nft', '-j', 'list', 'chains']);
        expect(chains.includes('OSM_PROXY_INBOUND')).to.equal(backend === 'nft');
        return inside([...enter, `/usr/sbin/iptables-${backend}-save`, '-t', 'nat', '-c']);
      };
      const words = /^.*-A OSM_PROXY_OUTBOUND .*-m owner --uid-owner 1500 -j RETURN$/m;
      expect(await read('legacy')).to.match(words);
      expect(await read('nft')).to.match(words);
    } finally {
      pods.stop();
    }
  });

  it('asks the kernel without a program, by what it has of koffi', async () => {
    const pods = await PodNetworks.start();
    try {
      const pid = await pods.network({ restore: { nft: OSM } });
      // The functions of the bundle are not for others to call, so the same sources go beside it.
      const bundle = join(root, 'app/dist/glance.js');
      const entry = join(repositoryRoot, 'build/image/glance-once.js');
      await build({
        entryPoints: [entry],
        outfile: bundle,
        bundle: true,
        external: ['koffi'],
        platform: 'node',
        format: 'esm',
      });
      const told = inside(['/nodejs/bin/node', '/app/dist/glance.js', `/proc/${pid}/ns/net`]);
      rmSync(bundle);
      expect(JSON.parse(told)).to.deep.equal({ chains: 6 });
    } finally {
      pods.stop();
    }
  });

  it('runs what the controller runs, as root', () => {
    expect(image.config.User).to.equal('0');
    expect(inside([...(image.config.Entrypoint ?? []), 'version'])).to.match(/^osm-auditor /);
    expect(image.names).to.deep.equal(['docker.io/library/osm-auditor-node-agent:0.0.0']);
  });

  it('has no other program', () => {
    const found = execFileSync(
      'find',
      [root, '-path', `${root}/proc`, '-prune', '-o', '-type', 'f', '-perm', '-100', '-print'],
      {
        encoding: 'utf8',
      },
    );
    const programs = found.split('\n').filter((path) => path !== '' && !/\.so(\.|$)/.test(path));
    expect(programs.map((path) => path.slice(root.length)).sort()).to.deep.equal([
      '/nodejs/bin/node',
      '/usr/bin/nsenter',
      '/usr/sbin/nft',
      '/usr/sbin/xtables-legacy-multi',
      '/usr/sbin/xtables-nft-multi',
    ]);
  });

  it('names in its bill of materials the packages of which it has something', async () => {
    const unpacked = await debianPackages(join(unpackedPackages(OF_AGENT), 'packages'));
    const names = agentPackages(unpacked).map(({ name }) => name);
    expect(names).to.include.members(['iptables', 'nftables', 'util-linux', 'libnftables1', 'libselinux1']);
    expect(names).to.not.include.members(['debconf', 'libsystemd0', 'libpam0g']);
  });
});
