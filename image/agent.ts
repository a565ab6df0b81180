/**
 * What the node agent's image has more than the controller's: the four programs that ask the kernel, out of Debian's
 * packages, with the libraries that they are linked with and the extensions that name matches and targets. Nothing else of
 * these packages, and nothing to log in with; but the programs of iptables are names of one, which also knows how to write. And koffi, by
 * which the bundle asks the kernel without a program.
 */
import { koffiEntries } from './koffi.ts';
import { entriesIn, layerOf } from './layer.ts';
import type { Image } from './oci-archive.ts';
import type { DebianPackage } from './sbom.ts';

/** Debian's package by what is taken of it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  '/usr/bin/nsenter': 'util-linux',
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/iptables-legacy-save': 'iptables',
  '/usr/sbin/iptables-nft-save': 'iptables',
  '/usr/sbin/xtables-legacy-multi': 'iptables',
  '/usr/sbin/xtables-nft-multi': 'iptables',
};
const LIBRARIES: Readonly<Record<string, string>> = {
  libbsd: 'libbsd0',
  libedit: 'libedit2',
  libgmp: 'libgmp10',
  libip4tc: 'libip4tc2',
  libip6tc: 'libip6tc2',
  libjansson: 'libjansson4',
  libmd: 'libmd0',
  libmnl: 'libmnl0',
  libnftables: 'libnftables1',
  libnftnl: 'libnftnl11',
  'libpcre2-8': 'libpcre2-8-0',
  libselinux: 'libselinux1',
  libtinfo: 'libtinfo6',
  libxtables: 'libxtables12',
};

/**
 * @param controller the image that it has all of
 * @param packages a folder made by rootfs.sh
 */
export async function agentImage(controller: Image, packages: string): Promise<Image> {
  const programs = await layerOf(await entriesIn(packages, isWanted));
  return {
    ...controller,
    names: controller.names.map((name) => name.replace('/osm-auditor:', '/osm-auditor-node-agent:')),
    layers: [...controller.layers, programs, await layerOf(await koffiEntries())],
    config: {
      ...controller.config,
      // Without the source map, which takes more memory than all else once an error's stack is made of it.
      Entrypoint: (controller.config.Entrypoint ?? []).filter((word) => word !== '--enable-source-maps'),
      // To look at processes of others and into their networks takes root, with the few capabilities that it is given.
      User: '0',
      Labels: {
        ...controller.config.Labels,
        'org.opencontainers.image.title': 'osm-auditor-node-agent',
        'org.opencontainers.image.description': 'Reads the live redirection rules of the pods of its node',
      },
    },
  };
}

/** Of all that were unpacked, those of which something is in the image. */
export function agentPackages(unpacked: readonly DebianPackage[]): readonly DebianPackage[] {
  const taken = new Set([...Object.values(PROGRAMS), ...Object.values(LIBRARIES)]);
  return unpacked.filter(({ name }) => taken.has(name));
}

function isWanted(path: string): boolean {
  if (/^\/usr(\/(s?bin|lib(\/[a-z0-9_]+-linux-gnu(\/xtables)?)?))?$/.test(path)) return true;
  if (/^\/usr\/lib\/[a-z0-9_]+-linux-gnu\/xtables\/lib(xt|ipt)_\w+\.so$/.test(path)) return true;
  const library = /^\/usr\/lib\/[a-z0-9_]+-linux-gnu\/([\w-]+)\.so\.[0-9.]+$/.exec(path)?.[1];
  return path in PROGRAMS || (library !== undefined && library in LIBRARIES);
}
