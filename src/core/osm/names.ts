/** The names that OSM gives to its objects, labels and annotations. */
import type { Container, InitContainer, Pod } from './pod.ts';

export const INIT_CONTAINER = 'osm-init';
export const SIDECAR_CONTAINER = 'envoy';

/** On every injected pod: which proxy it is. */
export const PROXY_UUID_LABEL = 'osm-proxy-uuid';
/** On a namespace: the name of the mesh that watches it. */
export const MONITORED_BY_LABEL = 'openservicemesh.io/monitored-by';
/** On a namespace: OSM leaves it alone, whatever the value. */
export const IGNORE_LABEL = 'openservicemesh.io/ignore';
/** On a namespace or a pod: whether new pods get a sidecar. */
export const INJECTION_ANNOTATION = 'openservicemesh.io/sidecar-injection';
/** On a pod: ports that its outbound traffic keeps away from the sidecar. */
export const OUTBOUND_PORTS_ANNOTATION = 'openservicemesh.io/outbound-port-exclusion-list';

export const CONFIG_MAP_NAME = 'osm-config';
export const OUTBOUND_RANGES_KEY = 'outbound_ip_range_exclusion_list';
export const OUTBOUND_PORTS_KEY = 'outbound_port_exclusion_list';
export const DEFAULT_OSM_NAMESPACE = 'osm-system';

/** The labels and annotations that judgement reads; snapshots need to keep no others. */
export const RELEVANT_LABELS: readonly string[] = [PROXY_UUID_LABEL, MONITORED_BY_LABEL, IGNORE_LABEL];
export const RELEVANT_ANNOTATIONS: readonly string[] = [INJECTION_ANNOTATION, OUTBOUND_PORTS_ANNOTATION];

export function initContainerOf(pod: Pod): InitContainer | undefined {
  return pod.initContainers.find((container) => container.name === INIT_CONTAINER);
}

export function sidecarOf(pod: Pod): Container | undefined {
  return pod.containers.find((container) => container.name === SIDECAR_CONTAINER);
}
