/**
 * Commands by which several findings are confirmed. NAMESPACE and POD stand for the pod's, IMAGE for the image of its
 * osm-init, which holds the same iptables that has installed the rules: nft and legacy do not see each other's.
 */
export const SCRIPT = `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.initContainers[?(@.name=="osm-init")].args[1]}'`;
export const INIT_STATUS = `kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.initContainerStatuses[?(@.name=="osm-init")]}'`;
export const INIT_LOG = 'kubectl -n NAMESPACE logs POD -c osm-init';
export const ENVOY_STATUS = `kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.containerStatuses[?(@.name=="envoy")]}'`;
export const RULES_IN_POD =
  'kubectl -n NAMESPACE debug POD -it --image=IMAGE --profile=netadmin -- iptables -t nat -S';
/** Ports that the pod's annotation asks for, and below them the script. */
export const PORTS_OF_POD = `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.annotations.openservicemesh\\.io/outbound-port-exclusion-list}{"\\n"}{.spec.initContainers[?(@.name=="osm-init")].args[1]}'`;
export const NAMESPACE_SAYS = `kubectl get namespace NAMESPACE -o jsonpath='{.metadata.labels}{"\\n"}{.metadata.annotations}{"\\n"}'`;
/** What the pod says of its own injection. */
export const INJECTION_OF_POD = `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.annotations.openservicemesh\\.io/sidecar-injection}{"\\n"}'`;
export const CONFIG_MAPS = 'kubectl get configmap -A --field-selector metadata.name=osm-config';
/** Those of OSM, osm-edge or FSM. */
export const MESH_CONFIGS = 'kubectl get meshconfigs -A';

/** Prints the field of every MeshConfig; where the cluster does not know such a resource, the key of the ConfigMap. */
const configured = (field: string, key: string): string =>
  `${ofMeshConfigs(field)} || ${CONFIG_MAPS} -o jsonpath='{.items[*].data${key}}{"\\n"}'`;
const ofMeshConfigs = (field: string): string =>
  `${MESH_CONFIGS} -o jsonpath='{.items[*].spec.${field}}{"\\n"}'`;

export const CONFIGURED_RANGES = configured(
  'traffic.outboundIPRangeExclusionList',
  '.outbound_ip_range_exclusion_list',
);
export const CONFIGURED_PORTS = configured(
  'traffic.outboundPortExclusionList',
  '.outbound_port_exclusion_list',
);
/** All lists. */
export const CONFIGURED_LISTS = configured('traffic', '');
/** The settings that only a MeshConfig has. */
export const CONFIGURED_INBOUND_PORTS = ofMeshConfigs('traffic.inboundPortExclusionList');
export const CONFIGURED_INTERFACES = ofMeshConfigs('traffic.networkInterfaceExclusionList');
export const CONFIGURED_INCLUSIONS = ofMeshConfigs('traffic.outboundIPRangeInclusionList');
export const CONFIGURED_SIDECAR = ofMeshConfigs('sidecar');

export const ANNOTATIONS_OF_POD = `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.annotations}{"\\n"}'`;
/** What the pod's annotations ask for, and below them the script. */
export const WISHES_AND_SCRIPT = `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.annotations}{"\\n"}{.spec.initContainers[?(@.name=="osm-init")].args[1]}'`;
/** One line for each container: its name and the ports that it names. */
export const PORTS_OF_CONTAINERS = `kubectl -n NAMESPACE get pod POD -o jsonpath='{range .spec.containers[*]}{.name}{" "}{.ports}{"\\n"}{end}'`;
/** One line for each, in their order: its name, and Always where it goes on running. */
export const INIT_ORDER = `kubectl -n NAMESPACE get pod POD -o jsonpath='{range .spec.initContainers[*]}{.name}{" "}{.restartPolicy}{"\\n"}{end}'`;
