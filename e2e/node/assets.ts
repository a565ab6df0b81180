/**
 * What a node is made of: the components of Kubernetes, compiled from Debian's source, and two file systems of Debian
 * packages, the node's own and that of its pods. Built once, and kept beside the control plane's programs.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { assetsCache, thisMachine } from '../control-plane/assets.ts';
import { buildAssets } from '../control-plane/build-assets.ts';

/** Folders that can be the root of a file system. */
export interface Roots {
  readonly nodeRoot: string;
  readonly podRoot: string;
}

export interface NodeAssets extends Roots {
  /** Folders of executables: kubelet and its like, and etcd, kube-apiserver and kubectl of the same version. */
  readonly programs: string;
  readonly controlPlane: string;
}

/** The last is there exactly when all are. */
const COMPONENTS = ['kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet'];

// prettier-ignore
const NODE_PACKAGES = ['bash', 'coreutils', 'findutils', 'grep', 'util-linux', 'mount', 'iproute2', 'iptables', 'containerd',
  'runc', 'containernetworking-plugins', 'conntrack', 'ethtool', 'socat', '--', 'prometheus'];
const POD_PACKAGES = ['busybox-static', 'iptables', 'nftables', 'python3-minimal', 'libpython3-stdlib'];

/** Builds what is missing: five minutes for each of the two sets of programs, one for the packages. Progress on stderr. */
export async function ensureNodeAssets(): Promise<NodeAssets> {
  const controlPlane = assetsCache(thisMachine());
  const cache = join(dirname(controlPlane), 'node');
  const compile = join(repositoryRoot, 'e2e/control-plane/build.sh');
  await buildAssets(compile, controlPlane);
  const programs = join(cache, 'programs');
  await buildAssets(compile, programs, COMPONENTS);
  return { programs, controlPlane, ...ensureRoots() };
}

/** The packages alone. */
export function ensureRoots(): Roots {
  const cache = join(dirname(assetsCache(thisMachine())), 'node');
  mkdirSync(cache, { recursive: true });
  return { nodeRoot: unpack(cache, 'node', NODE_PACKAGES), podRoot: unpack(cache, 'pod', POD_PACKAGES) };
}

/** The folder's name tells what it was made from, so that a change of the list or the script makes another. */
function unpack(cache: string, name: string, packages: readonly string[]): string {
  const script = join(repositoryRoot, 'image/rootfs.sh');
  const key = createHash('sha256').update(readFileSync(script)).update(packages.join()).digest('hex');
  const folder = join(cache, `${name}-${key.slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  execFileSync(script, [folder, ...packages], { stdio: ['ignore', 'inherit', 'inherit'] });
  return folder;
}
