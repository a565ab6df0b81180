/** The names that OSM and its successor FSM give to their objects, labels and annotations. */
import { R1 } from './dialect.ts';
import type { Container, InitContainer, Pod } from './pod.ts';

/** A mesh by the names that it leaves on its pods; osm-edge is OSM under this aspect, but for its sidecar. */
export interface Product {
  readonly name: 'OSM' | 'FSM';
  /** In front of the name of every label and annotation. */
  readonly domain: 'openservicemesh.io' | 'flomesh.io';
  readonly initContainer: 'osm-init' | 'fsm-init';
  /** The usual one first. */
  readonly sidecars: readonly string[];
  /** On every injected pod: which proxy it is. */
  readonly proxyLabel: string;
  /** On the Secret with the sidecar's configuration, in front of the proxy's number. */
  readonly bootstrapPrefixes: readonly string[];
}

export const OSM: Product = {
  name: 'OSM',
  domain: 'openservicemesh.io',
  initContainer: 'osm-init',
  sidecars: ['envoy', 'sidecar'],
  proxyLabel: 'osm-proxy-uuid',
  bootstrapPrefixes: ['envoy-bootstrap-config-', 'sidecar-bootstrap-config-'],
};

export const FSM: Product = {
  name: 'FSM',
  domain: 'flomesh.io',
  initContainer: 'fsm-init',
  sidecars: ['sidecar'],
  proxyLabel: 'fsm-proxy-uuid',
  bootstrapPrefixes: ['sidecar-bootstrap-config-'],
};

export const PRODUCTS: readonly Product[] = [OSM, FSM];

type Names = Readonly<Record<Product['name'], string>>;

/** For use once: as a key, a text that is put together anew would have to be hashed at every look. */
function behindDomain(name: string): Names {
  return { OSM: `${OSM.domain}/${name}`, FSM: `${FSM.domain}/${name}` };
}

const MONITORED_BY = behindDomain('monitored-by');
const IGNORE = behindDomain('ignore');
const INJECTION = behindDomain('sidecar-injection');

/** On a namespace: the name of the mesh that watches it. */
export function monitoredByLabel({ name }: Product): string {
  return MONITORED_BY[name];
}

/** On a namespace: the mesh leaves it alone, whatever the value. */
export function ignoreLabel({ name }: Product): string {
  return IGNORE[name];
}

/** On a namespace or a pod: whether new pods get a sidecar. */
export function injectionAnnotation({ name }: Product): string {
  return INJECTION[name];
}

/** OSM's own names, as the troubleshooting guide has them. */
export const INIT_CONTAINER = OSM.initContainer;
export const PROXY_UUID_LABEL = OSM.proxyLabel;
export const MONITORED_BY_LABEL = monitoredByLabel(OSM);
export const IGNORE_LABEL = ignoreLabel(OSM);
export const INJECTION_ANNOTATION = injectionAnnotation(OSM);
export const OUTBOUND_PORTS_ANNOTATION = 'openservicemesh.io/outbound-port-exclusion-list';

/** On namespaces of control planes, which injectors from v0.11 on pass over. */
export const CONTROL_PLANE_LABEL = 'control-plane';
/** On a pod that a kubelet made from a file: no webhook has seen it. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** The lists that a pod's annotation can add to. */
const ANNOTATED_LISTS = {
  outboundPorts: behindDomain('outbound-port-exclusion-list'),
  inboundPorts: behindDomain('inbound-port-exclusion-list'),
  outboundRanges: behindDomain('outbound-ip-range-exclusion-list'),
  includedRanges: behindDomain('outbound-ip-range-inclusion-list'),
} as const;

export type AnnotatedList = keyof typeof ANNOTATED_LISTS;

export const ANNOTATED_LIST_NAMES = Object.keys(ANNOTATED_LISTS) as readonly AnnotatedList[];

export function listAnnotation({ name }: Product, list: AnnotatedList): string {
  return ANNOTATED_LISTS[list][name];
}

export const CONFIG_MAP_NAME = 'osm-config';
export const MESH_CONFIG_NAMES: readonly string[] = ['osm-mesh-config', 'fsm-mesh-config'];
/** Where people install a mesh when nobody says otherwise. */
export const DEFAULT_NAMESPACES: readonly string[] = ['osm-system', 'fsm-system'];
/** How a mesh is called when nobody says otherwise. */
export const DEFAULT_MESHES: readonly string[] = ['osm', 'fsm'];

/** The labels and annotations that judgement reads; snapshots need to keep no others. */
export const RELEVANT_LABELS: readonly string[] = [
  CONTROL_PLANE_LABEL,
  ...PRODUCTS.flatMap((product) => [product.proxyLabel, monitoredByLabel(product), ignoreLabel(product)]),
];
export const RELEVANT_ANNOTATIONS: readonly string[] = PRODUCTS.flatMap((product) => [
  injectionAnnotation(product),
  ...ANNOTATED_LIST_NAMES.map((list) => listAnnotation(product, list)),
]);

/** The mesh that has left its traces on the pod; undefined when none has. */
export function productOf(pod: Pod): Product | undefined {
  const marked = PRODUCTS.find((product) => {
    const labelled = pod.labels[product.proxyLabel] !== undefined;
    return labelled || pod.initContainers.some(({ name }) => name === product.initContainer);
  });
  if (marked !== undefined || pod.bootstrapSecrets.length === 0) return marked;
  // Label and osm-init can be lost; a sidecar with its configuration is the mesh's all the same.
  return PRODUCTS.find(({ sidecars }) => pod.containers.some(({ name }) => name === sidecars[0]));
}

export function initContainerOf(pod: Pod): InitContainer | undefined {
  const names: readonly string[] = PRODUCTS.map(({ initContainer }) => initContainer);
  return pod.initContainers.find(({ name }) => names.includes(name));
}

export function sidecarOf(pod: Pod): Container | undefined {
  const { sidecars } = productOf(pod) ?? OSM;
  for (const [i, name] of sidecars.entries()) {
    const container = pod.containers.find((candidate) => candidate.name === name);
    if (container === undefined) continue;
    if (i === 0 || pod.bootstrapSecrets.length > 0 || looksLikeProxy(container)) return container;
  }
  return undefined;
}

/** A container of the mesh's own beside the sidecar: it answers probes of TCP ports from v1.1 on. */
export function isMeshHelper({ name }: Container): boolean {
  return name === 'osm-healthcheck' || name === 'fsm-healthcheck';
}

/** Other programs are called sidecar too: only what runs or listens as the proxy is one. */
function looksLikeProxy({ runAsUser, ports }: Container): boolean {
  const { uid, inboundPort } = R1;
  return runAsUser === uid || ports.length === 0 || ports.some(({ port }) => port === inboundPort);
}
