/**
 * How findings speak of exclusions and inclusions: which finding a cause is, what its values are and the sentence around
 * them.
 */
import { printCidr, type Cidr } from '../iptables/cidr.ts';
import { intersect, intervals, union } from '../iptables/interval-set.ts';
import type { PortRange } from '../iptables/model.ts';
import { MULTIPORT_SLOTS, printPortRange } from '../iptables/ports.ts';
import { portSet } from '../iptables/restriction.ts';
import type { Exclusion } from '../osm/exclusion-rule.ts';
import type { Attributed } from './attribution.ts';
import type { Cause } from './cause.ts';
import type { FindingName } from './catalogue.ts';

/** Causes that come from a list of the configuration or of an annotation. */
export type ListCause = Extract<
  Cause,
  { kind: 'exclusion-missing' | 'exclusion-extra' | 'inclusion-missing' | 'inclusion-extra' }
>;

export type ListFindingName = Extract<
  FindingName,
  | `ExcludedRange${string}`
  | `ExcludedPort${string}`
  | `InboundPort${string}`
  | `ExcludedInterface${string}`
  | `IncludedRange${string}`
>;

export interface ListDifference {
  readonly attributed: Attributed;
  readonly cause: ListCause;
}

export function isListCause(cause: Cause): cause is ListCause {
  return 'exclusion' in cause || 'network' in cause;
}

/** Whether only the configuration can tell that it is one: without it, nothing is said. */
export function isConfigured({ kind }: Cause): boolean {
  switch (kind) {
    case 'exclusion-missing':
    case 'exclusion-extra':
    case 'inclusion-missing':
    case 'inclusion-extra':
    case 'setting-missing':
    case 'setting-extra':
      return true;
    case 'rules-missing':
    case 'rules-unexpected':
    case 'user-changed':
    case 'port-changed':
    case 'order':
      return false;
  }
}

/** `by` is who can ask for ranges: the configuration alone, or annotations too. */
export const LIST_SENTENCES: Readonly<Record<ListFindingName, (list: string, by: string) => string>> = {
  ExcludedRangeMissing: (list, by) =>
    `Excluded by ${by} but not in the pod's rules: ${list}. Traffic there goes through the sidecar.`,
  ExcludedRangeExtra: (list, by) =>
    `Excluded in the pod's rules but not by ${by}: ${list}. Traffic there bypasses the mesh.`,
  ExcludedPortMissing: (list) =>
    `Excluded by configuration or annotation but not in the pod's rules: port ${list}. Traffic there goes through the sidecar.`,
  ExcludedPortExtra: (list) =>
    `Excluded in the pod's rules but neither by configuration nor annotation: port ${list}. Traffic there bypasses the mesh.`,
  InboundPortMissing: (list) =>
    `Excluded for inbound traffic by configuration or annotation but not in the pod's rules: port ${list}. Traffic to it goes through the sidecar.`,
  InboundPortExtra: (list) =>
    `Excluded for inbound traffic in the pod's rules but neither by configuration nor annotation: port ${list}. Traffic to it bypasses the mesh.`,
  ExcludedInterfaceMissing: (list) =>
    `Excluded by the configuration but not in the pod's rules: interface ${list}. Its traffic goes through the sidecar.`,
  ExcludedInterfaceExtra: (list) =>
    `Excluded in the pod's rules but not by the configuration: interface ${list}. Its traffic bypasses the mesh.`,
  IncludedRangeMissing: (list) =>
    `Redirected by configuration or annotation but not by the pod's rules: ${list}. Traffic there bypasses the mesh.`,
  IncludedRangeExtra: (list) =>
    `Redirected by the pod's rules but left out by configuration or annotation: ${list}. Traffic there goes through the sidecar.`,
};

export const LIST_FINDING_NAMES = Object.keys(LIST_SENTENCES) as readonly ListFindingName[];

export function listFindingOf(cause: ListCause): ListFindingName {
  switch (cause.kind) {
    case 'inclusion-missing':
      return 'IncludedRangeMissing';
    case 'inclusion-extra':
      return 'IncludedRangeExtra';
    case 'exclusion-missing':
      return `${STEMS[cause.exclusion.kind]}Missing`;
    case 'exclusion-extra':
      return `${STEMS[cause.exclusion.kind]}Extra`;
  }
}

const STEMS = {
  range: 'ExcludedRange',
  ports: 'ExcludedPort',
  'inbound-ports': 'InboundPort',
  interface: 'ExcludedInterface',
} as const satisfies Record<Exclusion['kind'], string>;

/** Ranges as the rules have them; of ports those that make the difference, as one rule may hold right ones too. */
export function listValues(differences: readonly ListDifference[]): readonly string[] {
  const ranges = differences
    .flatMap(({ cause }) => rangeOf(cause))
    .sort((a, b) => a.address - b.address || a.prefix - b.prefix)
    .map(printCidr);
  const interfaces = differences.flatMap(({ cause }) => {
    return 'exclusion' in cause && cause.exclusion.kind === 'interface' ? [cause.exclusion.name] : [];
  });
  const ports = union(
    differences.map(({ attributed: { difference }, cause }) => {
      if (!('exclusion' in cause) || !('ports' in cause.exclusion)) return [];
      return intersect(difference.packets.port, portSet(cause.exclusion.ports));
    }),
  );
  const rest = differences.some(({ cause }) => 'network' in cause && cause.network === undefined);
  return [
    ...new Set([...ranges, ...interfaces.sort(), ...(rest ? [REST] : [])]),
    ...intervals(ports).flatMap(portNames),
  ];
}

/** Traffic that belongs to no range of an inclusion list has none. */
const REST = 'all other addresses';

function rangeOf(cause: ListCause): readonly Cidr[] {
  if (!('exclusion' in cause)) return cause.network === undefined ? [] : [cause.network];
  return cause.exclusion.kind === 'range' ? [cause.exclusion.network] : [];
}

/** A multiport rule has fifteen places: what fits is likely to have been named port by port. */
function portNames(range: PortRange): readonly string[] {
  const count = range.to - range.from + 1;
  if (count > MULTIPORT_SLOTS + 1) return [printPortRange(range)];
  return Array.from({ length: count }, (_, i) => String(range.from + i));
}
