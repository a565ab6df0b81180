/**
 * What the mesh configuration says about traffic redirection, and how it was found.
 *
 * Limits: the ConfigMap `osm-config` of the guide.
 */
import {
  readPortList,
  readRangeList,
  type ExclusionList,
  type ListedPort,
  type ListedRange,
} from './exclusion-lists.ts';
import { MULTIPORT_SLOTS } from '../iptables/ports.ts';
import { OUTBOUND_PORTS_KEY, OUTBOUND_RANGES_KEY } from './names.ts';

export interface MeshConfig {
  /** `ConfigMap/osm-system/osm-config` */
  readonly source: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** When the object was last changed, in milliseconds since the epoch, as far as it tells. */
  readonly changedAt: number | undefined;
  readonly outboundRanges: ExclusionList<ListedRange>;
  readonly outboundPorts: ExclusionList<ListedPort>;
}

/** The configuration as it was found, or why there is none to judge by. */
export type ConfigLookup =
  | { readonly kind: 'found'; readonly config: MeshConfig }
  /** There is no such object. `searched` says where it was looked for. */
  | { readonly kind: 'missing'; readonly searched: string }
  /** Several objects could be the one. */
  | { readonly kind: 'ambiguous'; readonly sources: readonly string[] }
  /** It could not be read: no permission, no connection. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The ConfigMap's identity and its `data`. */
export interface ConfigMap {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly changedAt: number | undefined;
  readonly data: Readonly<Record<string, string>>;
}

export function meshConfigOf(configMap: ConfigMap): MeshConfig {
  const { namespace, name, uid, changedAt, data } = configMap;
  return {
    source: `ConfigMap/${namespace}/${name}`,
    namespace,
    name,
    uid,
    changedAt,
    outboundRanges: readRangeList(data[OUTBOUND_RANGES_KEY]),
    outboundPorts: withinOneRule(readPortList(data[OUTBOUND_PORTS_KEY])),
  };
}

/** OSM writes all ports into one multiport match, which has 15 places; the script of every new pod would fail. */
function withinOneRule(list: ExclusionList<ListedPort>): ExclusionList<ListedPort> {
  const count = new Set(list.items.map(({ port }) => port)).size;
  if (count <= MULTIPORT_SLOTS) return list;
  const reason = `iptables takes ${MULTIPORT_SLOTS} ports in one rule and these are ${count}`;
  return {
    items: list.items,
    problems: [...list.problems, { text: list.items.map(({ text }) => text).join(','), reason }],
  };
}

export function isValid(config: MeshConfig): boolean {
  return config.outboundRanges.problems.length === 0 && config.outboundPorts.problems.length === 0;
}
