/**
 * What the mesh configuration says about traffic redirection, whatever object holds it: the ConfigMap osm-config up to
 * v0.8, the MeshConfig resource of OSM and osm-edge since v0.9, or FSM's.
 */
import type { Cidr } from '../iptables/cidr.ts';
import { readInterfaces, readPorts, readRanges, splitList, type List } from './lists.ts';
import { FSM, OSM, type Product } from './names.ts';

/** The kinds of objects that a release may read. */
export type ConfigKind = 'ConfigMap' | 'MeshConfig' | 'FsmMeshConfig';

export interface MeshConfig {
  readonly kind: ConfigKind;
  /** `ConfigMap/osm-system/osm-config` */
  readonly source: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** When the object was last changed, in milliseconds since the epoch, as far as it tells. */
  readonly changedAt: number | undefined;
  /** The mesh's name, where the object carries it as a label. */
  readonly mesh: string | undefined;
  readonly outboundRanges: List<Cidr>;
  readonly includedRanges: List<Cidr>;
  readonly outboundPorts: List<number>;
  readonly inboundPorts: List<number>;
  readonly interfaces: List<string>;
  /** Envoy reaches the application by the pod's address instead of 127.0.0.1. */
  readonly podIpMode: boolean;
  /** The sidecar answers the pod's DNS queries: osm-edge and FSM. */
  readonly dnsProxy: boolean;
  /** How traffic gets to the sidecar; iptables where nothing is said. */
  readonly interception: string;
  /** undefined where the object does not say. */
  readonly initImage: string | undefined;
  readonly sidecarImage: string | undefined;
}

/** What of the configuration decides which rules a pod gets. */
export type Setting =
  | 'outboundRanges'
  | 'includedRanges'
  | 'outboundPorts'
  | 'inboundPorts'
  | 'interfaces'
  | 'podIpMode'
  | 'dnsProxy';

/** The settings that are lists of texts, which the injectors copy into scripts. */
export const LIST_SETTINGS = [
  'outboundRanges',
  'includedRanges',
  'outboundPorts',
  'inboundPorts',
  'interfaces',
] as const satisfies readonly Setting[];

/** The configuration as it was found, or why there is none to judge by. */
export type ConfigLookup =
  | { readonly kind: 'found'; readonly config: MeshConfig }
  /** There is no such object. `searched` says where it was looked for, `wanted` what. */
  | { readonly kind: 'missing'; readonly wanted: string; readonly searched: string }
  /** Several objects could be the one. */
  | { readonly kind: 'ambiguous'; readonly sources: readonly string[] }
  /** It could not be read: no permission, no connection. */
  | { readonly kind: 'unreadable'; readonly wanted: string; readonly reason: string };

interface Identity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly changedAt: number | undefined;
  readonly mesh?: string | undefined;
}

/** The ConfigMap's identity and its `data`. */
export interface ConfigMap extends Identity {
  readonly data: Readonly<Record<string, string>>;
}

/** A MeshConfig's identity and what matters of its `spec`; lists that are absent are empty. */
export interface MeshConfigResource extends Identity {
  readonly product: Product;
  readonly outboundRanges: readonly string[];
  readonly includedRanges: readonly string[];
  readonly outboundPorts: readonly number[];
  readonly inboundPorts: readonly number[];
  readonly interfaces: readonly string[];
  readonly localProxyMode: string;
  readonly dnsProxy: boolean;
  readonly interception: string;
  readonly initImage: string;
  readonly sidecarImage: string;
}

export const IPTABLES = 'iptables';

const CONFIG_MAP_KEYS: Partial<Record<Setting, string>> = {
  outboundRanges: 'outbound_ip_range_exclusion_list',
  outboundPorts: 'outbound_port_exclusion_list',
};

const RESOURCE_FIELDS: Record<Setting, string> = {
  outboundRanges: 'spec.traffic.outboundIPRangeExclusionList',
  includedRanges: 'spec.traffic.outboundIPRangeInclusionList',
  outboundPorts: 'spec.traffic.outboundPortExclusionList',
  inboundPorts: 'spec.traffic.inboundPortExclusionList',
  interfaces: 'spec.traffic.networkInterfaceExclusionList',
  podIpMode: 'spec.sidecar.localProxyMode',
  dnsProxy: 'spec.sidecar.localDNSProxy',
};

/** Where the object holds the setting; undefined where it has no such setting. */
export function fieldOf(kind: ConfigKind, setting: Setting): string | undefined {
  return kind === 'ConfigMap' ? CONFIG_MAP_KEYS[setting] : RESOURCE_FIELDS[setting];
}

export function configMapConfig(configMap: ConfigMap): MeshConfig {
  const { data, mesh, ...identity } = configMap;
  const listAt = (setting: Setting): readonly string[] => splitList(data[CONFIG_MAP_KEYS[setting] ?? '']);
  return {
    kind: 'ConfigMap',
    source: `ConfigMap/${identity.namespace}/${identity.name}`,
    ...identity,
    mesh,
    outboundRanges: readRanges(listAt('outboundRanges')),
    outboundPorts: readPorts(listAt('outboundPorts'), 'as text'),
    includedRanges: [],
    inboundPorts: [],
    interfaces: [],
    podIpMode: false,
    dnsProxy: false,
    interception: IPTABLES,
    initImage: undefined,
    sidecarImage: undefined,
  };
}

export function resourceConfig(resource: MeshConfigResource): MeshConfig {
  const { namespace, name, uid, changedAt, product, mesh } = resource;
  return {
    kind: product === FSM ? 'FsmMeshConfig' : 'MeshConfig',
    source: `MeshConfig/${namespace}/${name}`,
    namespace,
    name,
    uid,
    changedAt,
    mesh,
    outboundRanges: readRanges(resource.outboundRanges),
    includedRanges: readRanges(resource.includedRanges),
    outboundPorts: readPorts(resource.outboundPorts.map(String), 'as number'),
    inboundPorts: readPorts(resource.inboundPorts.map(String), 'as number'),
    interfaces: readInterfaces(resource.interfaces),
    podIpMode: resource.localProxyMode === 'PodIP',
    dnsProxy: resource.dnsProxy,
    interception: resource.interception === '' ? IPTABLES : resource.interception,
    initImage: resource.initImage === '' ? undefined : resource.initImage,
    sidecarImage: resource.sidecarImage === '' ? undefined : resource.sidecarImage,
  };
}

export function productOfKind(kind: ConfigKind): Product {
  return kind === 'FsmMeshConfig' ? FSM : OSM;
}
