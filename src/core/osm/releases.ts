/**
 * The releases: which rules their injectors write, which objects they read, which settings and annotations they know and
 * what they make of a bad value. One row is one behaviour; releases that behave alike share it.
 *
 * Sources: pkg/injector/{iptables,patch,exclusions}.go and pkg/configurator of the tags, and the MeshConfig CRDs.
 */
import { FSM_RULES, R1, R2, R3, R4, V07_UID, type Dialect } from './dialect.ts';
import type { ConfigKind, Setting } from './mesh-config.ts';
import type { AnnotatedList } from './names.ts';

export interface Release {
  /** For people: the versions. */
  readonly name: string;
  /** The first version of the product that behaves so. */
  readonly since: Version;
  readonly dialect: Dialect;
  readonly reads: ConfigKind;
  readonly settings: readonly Setting[];
  readonly annotations: readonly AnnotatedList[];
  /** What becomes of an annotation with a bad item: all of it is dropped and the pod admitted, or the pod is denied. */
  readonly badAnnotation: 'dropped' | 'denied';
  /** The order of configuration and annotation in the list of ranges; of ports the configuration's always come first. */
  readonly ranges: 'configuration' | 'annotation first';
  /** Whether a port of the configuration stands in the script as it was written, or as the number that was read. */
  readonly ports: 'as written' | 'as numbers';
}

export type Version = readonly [major: number, minor: number, patch: number];

const PORT_ANNOTATIONS = ['outboundPorts', 'inboundPorts'] as const;
const ALL_ANNOTATIONS = [...PORT_ANNOTATIONS, 'outboundRanges', 'includedRanges'] as const;

const configMap = {
  dialect: R1,
  reads: 'ConfigMap',
  badAnnotation: 'dropped',
  ranges: 'configuration',
  ports: 'as written',
} as const;

const early = {
  dialect: R1,
  reads: 'MeshConfig',
  badAnnotation: 'dropped',
  ranges: 'configuration',
  ports: 'as numbers',
} as const;

const late = {
  reads: 'MeshConfig',
  annotations: ALL_ANNOTATIONS,
  badAnnotation: 'denied',
  ranges: 'annotation first',
  ports: 'as numbers',
} as const;

const fsm = { ...late, dialect: FSM_RULES, reads: 'FsmMeshConfig' } as const;

const PORTS = ['outboundRanges', 'outboundPorts', 'inboundPorts'] as const;
const INCLUSIONS = [...PORTS, 'includedRanges'] as const;
const INTERFACES = [...INCLUSIONS, 'interfaces', 'podIpMode'] as const;

// prettier-ignore
export const V0_7: Release = { ...configMap, name: 'OSM v0.7', since: [0, 7, 0], dialect: { ...R1, uid: V07_UID }, settings: ['outboundRanges'], annotations: [] };
/** The development state that the troubleshooting guide describes; v0.8 is the same without ports. */
// prettier-ignore
export const GUIDE: Release = { ...configMap, name: 'OSM v0.8', since: [0, 8, 0], settings: ['outboundRanges', 'outboundPorts'], annotations: ['outboundPorts'] };
// prettier-ignore
export const V0_9_0: Release = { ...early, name: 'OSM v0.9.0', since: [0, 9, 0], settings: ['outboundRanges', 'outboundPorts'], annotations: ['outboundPorts'] };
// prettier-ignore
export const V0_11: Release = { ...early, name: 'OSM v0.9.1 to v0.11', since: [0, 9, 1], settings: PORTS, annotations: PORT_ANNOTATIONS };
// prettier-ignore
export const V1_0: Release = { ...early, name: 'OSM v1.0', since: [1, 0, 0], dialect: R2, settings: PORTS, annotations: PORT_ANNOTATIONS };
/** osm-edge v1.1 is the same, and v1.2 the same as the next. */
export const V1_1_0: Release = {
  ...late,
  name: 'OSM v1.1.0',
  since: [1, 1, 0],
  dialect: R3,
  settings: INCLUSIONS,
};
export const V1_2: Release = {
  ...late,
  name: 'OSM v1.1.1 to v1.2',
  since: [1, 1, 1],
  dialect: R4,
  settings: INTERFACES,
};
// prettier-ignore
export const EDGE_1_3: Release = { ...late, name: 'osm-edge v1.3', since: [1, 3, 0], dialect: R4, settings: [...INTERFACES, 'dnsProxy'] };
// prettier-ignore
export const FSM_1_0: Release = { ...fsm, name: 'FSM v1.0 to v1.4.16', since: [1, 0, 0], settings: [...INTERFACES, 'dnsProxy'] };
export const FSM_1_4_17: Release = {
  ...fsm,
  name: 'FSM v1.4.17 and later',
  since: [1, 4, 17],
  settings: INTERFACES,
};

/** In the order of time, OSM and osm-edge before FSM. */
export const RELEASES: readonly Release[] = [
  V0_7,
  GUIDE,
  V0_9_0,
  V0_11,
  V1_0,
  V1_1_0,
  V1_2,
  EDGE_1_3,
  FSM_1_0,
  FSM_1_4_17,
];

/** The release that a version of the product is; undefined for one before all of them. */
export function releaseOf(reads: 'OSM' | 'FSM', version: Version): Release | undefined {
  return RELEASES.findLast((release) => {
    const fsm = release.reads === 'FsmMeshConfig';
    return fsm === (reads === 'FSM') && !isBefore(version, release.since);
  });
}

/** Whether two releases write the same rules for the same lists, but for the user of the sidecar. */
export function sameTemplate({ dialect: a }: Release, { dialect: b }: Release): boolean {
  const template = ({ form, loopbackRules, exclusions, passedPorts }: Dialect): string =>
    JSON.stringify([form, loopbackRules, exclusions, passedPorts]);
  return template(a) === template(b);
}

export function isBefore(version: Version, other: Version): boolean {
  for (const [i, part] of version.entries()) {
    const against = other[i] ?? 0;
    if (part !== against) return part < against;
  }
  return false;
}

/** `v1.2.0` or `1.2.0-rc.1`; undefined for anything else. */
export function readVersion(text: string): Version | undefined {
  const parts = /^v?([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})(?:[-+.][A-Za-z0-9.-]*)?$/.exec(text);
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}
