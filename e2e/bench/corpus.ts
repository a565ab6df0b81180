/**
 * The pods that everything is measured on: 5,000 of a mesh of OSM v0.8, which reads its configuration from a ConfigMap.
 *
 * 50 Deployments of 100 pods in five namespaces. What their injector wrote into osm-init follows from the configuration and
 * from the Deployment's annotation, so there are a handful of scripts. One Deployment has no annotation: it alone is
 * concerned when the port that all others exclude by annotation becomes part of the configuration.
 */
export const NAMESPACES: readonly string[] = ['shop', 'payments', 'search', 'accounts', 'media'];
export const PODS = 5000;

const PODS_OF_A_DEPLOYMENT = 100;
const APPS = ['web', 'api', 'cart', 'orders', 'stock', 'mail', 'auth', 'feed', 'images', 'reports'] as const;
/** Added to the configuration's, Deployment by Deployment. */
const ANNOTATED_PORTS: readonly (readonly number[])[] = [
  [6379],
  [6379, 3306],
  [6379, 27017],
  [6379, 11211, 9042],
];
/** Becomes part of the configuration in CHANGED_CONFIG. */
const NEW_PORT = 6379;

const RANGES = ['10.64.0.0/16', '172.20.0.0/14'];
const PORTS = [5432, 9200];

/** Data of the ConfigMap that all pods were injected with. */
export const CONFIG = configData(RANGES, PORTS);
/** Says the same in other words: one of its ranges lies within another. Every pod must be judged, and none changes. */
export const REWORDED_CONFIG = configData([...RANGES, '10.64.7.0/24'], PORTS);
/** Excludes a port that all Deployments but one exclude already: the pods of this one do not have it. */
export const CHANGED_CONFIG = configData(RANGES, [...PORTS, NEW_PORT]);
/** How many pods CHANGED_CONFIG makes Discrepant. */
export const CHANGED_PODS = PODS_OF_A_DEPLOYMENT;

/** One pod of the corpus: what sets it apart from the others. */
export interface CorpusPod {
  readonly index: number;
  readonly namespace: string;
  readonly app: string;
  /** `web-5f7c9d6b8-x0042`, as a ReplicaSet names it. */
  readonly name: string;
  /** `5f7c9d6b8` */
  readonly templateHash: string;
  readonly address: string;
  readonly node: string;
  /** undefined for the Deployment without an annotation. */
  readonly annotatedPorts: readonly number[] | undefined;
  readonly ports: readonly number[];
  readonly ranges: readonly string[];
}

export function corpus(size: number = PODS): readonly CorpusPod[] {
  return Array.from({ length: size }, (_, index) => corpusPod(index));
}

export function corpusPod(index: number): CorpusPod {
  const deployment = Math.floor(index / PODS_OF_A_DEPLOYMENT);
  const app = APPS[deployment % APPS.length] ?? APPS[0];
  const namespace = NAMESPACES[Math.floor(deployment / APPS.length) % NAMESPACES.length] ?? 'shop';
  const templateHash = (0x5f7c9d6b8 + deployment * 7919).toString(36);
  const annotatedPorts = deployment === 0 ? undefined : ANNOTATED_PORTS[deployment % ANNOTATED_PORTS.length];
  return {
    index,
    namespace,
    app,
    name: `${app}-${templateHash}-${index.toString(36).padStart(5, 'x')}`,
    templateHash,
    address: `10.${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    node: `node-${String(index % 100).padStart(3, '0')}`,
    annotatedPorts,
    ports: [...PORTS, ...(annotatedPorts ?? [])],
    ranges: RANGES,
  };
}

function configData(ranges: readonly string[], ports: readonly number[]): Readonly<Record<string, string>> {
  return {
    outbound_ip_range_exclusion_list: ranges.join(','),
    outbound_port_exclusion_list: ports.join(','),
    egress: 'true',
    permissive_traffic_policy_mode: 'false',
  };
}
