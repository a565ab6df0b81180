/**
 * The images of the pods on a test node, made of Debian packages instead of pulled: iptables and busybox for the init
 * containers of meshes, a stand-in for the sidecar, the agent that looks at the kernel (agent.py), and a pause.
 *
 * Images of one content have many names, as releases call theirs; which of the two backends `iptables` means differs.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { entriesIn, layerOf, type Entry } from '../../image/layer.ts';
import type { Roots } from './assets.ts';
import { archiveOf, type Archive, type Image } from '../../image/oci-archive.ts';

export const PAUSE = 'registry.k8s.io/pause:3.2';
/** What applications and the agent run. */
export const TOOLS = 'docker.io/osm-auditor-e2e/tools:1';

/** By the backend that `iptables` means in them: of Alpine's packages it was legacy until 3.18, of 2023. */
export const INIT_IMAGES: Readonly<Record<Backend, (tag: string) => string>> = {
  legacy: (tag) => `docker.io/openservicemesh/init:${tag}`,
  nft: (tag) => `docker.io/openservicemesh/init:${tag}-nft`,
};
export type Backend = 'legacy' | 'nft';

/** Of the guide, and of the releases whose tag tells something. */
export const INIT_TAGS = {
  guide: '2c18593efc7a31986a6ae7f412e73b6067e11a57',
  releases: ['v0.9.0', 'v1.0.0', 'v1.1.0', 'v1.2.3', '1.3.0', '1.4.20'],
} as const;
export const PROMETHEUS = 'docker.io/osm-auditor-e2e/prometheus:1';
export const SIDECAR = 'docker.io/envoyproxy/envoy-alpine:v1.17.1';

const PATH = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/** @param roots as assets.ts makes them */
export async function podImages({ podRoot, nodeRoot }: Roots): Promise<Archive> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const system = await layerOf([
    ...(await entriesIn(podRoot)),
    ...applets(join(podRoot, 'usr/bin/busybox')),
    file('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nenvoy:x:1500:1500::/:/bin/sh\n'),
    file('/etc/group', 'root:x:0:\nenvoy:x:1500:\n'),
  ]);
  const scripts = await Promise.all(['sidecar.py', 'application.py', 'agent.py', 'discover.py'].map(script));
  const programs = await layerOf([
    ...scripts,
    { kind: 'link', path: '/usr/local/bin/envoy', target: '/opt/sidecar.py' },
  ]);
  const monitoring = ['/usr/bin/prometheus', '/usr/bin/promtool'].map((path) => program(nodeRoot, path));
  const image = (names: readonly string[], layers: readonly Buffer[]): Image => ({
    names,
    architecture,
    layers,
    config: { Env: PATH, Cmd: ['/bin/sh'] },
  });
  const init = async (backend: Backend): Promise<Image> =>
    image([INIT_TAGS.guide, ...INIT_TAGS.releases].map(INIT_IMAGES[backend]), [
      system,
      await layerOf(iptables(backend)),
    ]);
  return archiveOf([
    { ...image([PAUSE], [system]), config: { Entrypoint: ['/bin/busybox', 'sleep', '999999999'] } },
    await init('legacy'),
    await init('nft'),
    image([TOOLS, SIDECAR], [system, programs]),
    image([PROMETHEUS], [system, await layerOf(await Promise.all(monitoring))]),
  ]);
}

function iptables(backend: Backend): readonly Entry[] {
  const names = ['iptables', 'iptables-save', 'iptables-restore'];
  return names.map((name) => ({
    kind: 'link',
    path: `/usr/sbin/${name}`,
    target: `xtables-${backend}-multi`,
  }));
}

function applets(busybox: string): readonly Entry[] {
  const names = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n');
  return names
    .filter((name) => name !== '' && name !== 'busybox')
    .map((name) => ({ kind: 'link', path: `/usr/bin/${name}`, target: 'busybox' }));
}

async function script(name: string): Promise<Entry> {
  const content = await readFile(join(repositoryRoot, 'e2e/node/pod', name));
  return { kind: 'file', path: `/opt/${name}`, content, executable: true };
}

async function program(root: string, path: string): Promise<Entry> {
  return { kind: 'file', path, content: await readFile(join(root, path)), executable: true };
}

function file(path: string, content: string): Entry {
  return { kind: 'file', path, content: Buffer.from(content) };
}
