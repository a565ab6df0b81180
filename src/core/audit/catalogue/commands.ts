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
export const CONFIGURATIONS = 'kubectl get configmap -A --field-selector metadata.name=osm-config';
export const CONFIGURED_RANGES = `${CONFIGURATIONS} -o jsonpath='{.items[*].data.outbound_ip_range_exclusion_list}{"\\n"}'`;
export const CONFIGURED_PORTS = `${CONFIGURATIONS} -o jsonpath='{.items[*].data.outbound_port_exclusion_list}{"\\n"}'`;
