/** OA4xx: which traffic the configuration and the pod's annotations keep away from the sidecar. */
import {
  ANNOTATIONS_OF_POD,
  CONFIG_MAPS,
  CONFIGURED_INBOUND_PORTS,
  CONFIGURED_INCLUSIONS,
  CONFIGURED_INTERFACES,
  CONFIGURED_LISTS,
  CONFIGURED_PORTS,
  CONFIGURED_RANGES,
  PORTS_OF_POD,
  SCRIPT,
  WISHES_AND_SCRIPT,
} from './commands.ts';
import { discrepant, unknown, warning, type CatalogueEntry } from './entry.ts';

export const EXCLUSIONS = {
  ExcludedRangeMissing: discrepant({
    code: 'OA401',
    title: 'An IP range that should be excluded is not.',
    example:
      "Excluded by the configuration but not in the pod's rules: 1.1.1.1/32. Traffic there goes through the sidecar.",
    meaning: 'Traffic to it goes through the sidecar, where mesh policy may refuse it.',
    cause:
      "The range was added to the configuration or to the running pod's annotation after the pod was created: rules are installed once, at the start.",
    confirm: {
      commands: [CONFIGURED_RANGES, WISHES_AND_SCRIPT],
      shows:
        'The first, or the annotation outbound-ip-range-exclusion-list in the first line of the second, holds the range; no -d of a rule that ends in RETURN covers it.',
    },
    remedy: "Restart the workload; an annotation must stand in the workload's pod template.",
  }),

  ExcludedRangeExtra: discrepant({
    code: 'OA402',
    title: 'An IP range is excluded that should not be.',
    example:
      "The configuration was changed after the pod was created, and the pod still runs the rules of before. Excluded in the pod's rules but not by the configuration: 1.1.1.1/32. Traffic there bypasses the mesh.",
    meaning: 'TCP traffic to it bypasses the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The range was removed from the configuration or annotation after the pod was created, or the script was edited.',
    confirm: {
      commands: [CONFIGURED_RANGES, WISHES_AND_SCRIPT],
      shows:
        'A -d of the script with RETURN behind it holds the range; neither the first command nor the annotation outbound-ip-range-exclusion-list, in the first line of the second, holds one that covers it.',
    },
    remedy: 'Restart the workload; until then its traffic to the range escapes the mesh.',
  }),

  ExcludedPortMissing: discrepant({
    code: 'OA403',
    title: 'A port that should be excluded is not.',
    example:
      "Excluded by configuration or annotation but not in the pod's rules: port 9090. Traffic there goes through the sidecar.",
    meaning: 'Traffic to it goes through the sidecar, where mesh policy may refuse it.',
    cause:
      "The port was added to the configuration or to the running pod's annotation: rules are installed once, at the start.",
    confirm: {
      commands: [CONFIGURED_PORTS, PORTS_OF_POD],
      shows:
        'The configuration or the first line of the second, which is the annotation, holds the port; no --dport or --dports of the outbound chain, PROXY_OUTPUT or OUTBOUND, does.',
    },
    remedy: "Restart the workload; an annotation must stand in the workload's pod template.",
  }),

  ExcludedPortExtra: discrepant({
    code: 'OA404',
    title: 'A port is excluded that should not be.',
    example:
      "Excluded in the pod's rules but neither by configuration nor annotation: port 8080. Traffic there bypasses the mesh.",
    meaning: 'TCP traffic to it bypasses the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The port was removed from the configuration or annotation after the pod was created, or the script was edited.',
    confirm: {
      commands: [CONFIGURED_PORTS, PORTS_OF_POD],
      shows:
        'A --dport or --dports of the outbound chain, PROXY_OUTPUT or OUTBOUND, holds the port; neither the configuration nor the first line of the second, which is the annotation, does.',
    },
    remedy: 'Restart the workload; until then its traffic to the port escapes the mesh.',
  }),

  PortAnnotationInvalid: warning({
    code: 'OA405',
    title: "A pod's annotation with ports has a bad value.",
    example:
      'The annotation openservicemesh.io/outbound-port-exclusion-list has a bad value: "http" (it is not a port number). The injector ignores all of it.',
    meaning:
      'Up to v1.0 one bad item makes the injector ignore the whole annotation: none of its ports is excluded. From v1.1 on it refuses the pod. What the injector takes and iptables does not, such as 70000, keeps new pods from starting.',
    cause:
      'A typing error; each item of outbound-port-exclusion-list and inbound-port-exclusion-list must be a number from 1 to 65535.',
    confirm: {
      commands: [ANNOTATIONS_OF_POD],
      shows:
        'One of the items of the annotation that the message names, which commas part, is no number from 1 to 65535.',
    },
    remedy: "Correct the annotation in the workload's pod template.",
  }),

  InboundPortMissing: discrepant({
    code: 'OA406',
    title: 'An inbound port that should be excluded is not.',
    example:
      "Excluded for inbound traffic by configuration or annotation but not in the pod's rules: port 9090. Traffic to it goes through the sidecar.",
    meaning:
      'Traffic to the port goes through the sidecar, which refuses clients outside the mesh, or speaks a protocol with them that they do not know.',
    cause:
      "The port was added to the configuration or to the running pod's annotation: rules are installed once, at the start.",
    confirm: {
      commands: [CONFIGURED_INBOUND_PORTS, WISHES_AND_SCRIPT],
      shows:
        'The first, or the annotation inbound-port-exclusion-list in the first line of the second, holds the port; no --dport or --dports of the chain INBOUND does.',
    },
    remedy: "Restart the workload; an annotation must stand in the workload's pod template.",
  }),

  InboundPortExtra: discrepant({
    code: 'OA407',
    title: 'An inbound port is excluded that should not be.',
    example:
      "Excluded for inbound traffic in the pod's rules but neither by configuration nor annotation: port 8080. Traffic to it bypasses the mesh.",
    meaning:
      'Whoever reaches the pod reaches the port without the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The port was removed from the configuration or annotation after the pod was created, or the script was edited.',
    confirm: {
      commands: [CONFIGURED_INBOUND_PORTS, WISHES_AND_SCRIPT],
      shows:
        'A --dport or --dports of the chain INBOUND holds the port; neither the first command nor the annotation inbound-port-exclusion-list, in the first line of the second, does.',
    },
    remedy: 'Restart the workload; until then the port is open to all.',
  }),

  ExcludedInterfaceMissing: discrepant({
    code: 'OA408',
    title: 'An interface that should be excluded is not.',
    example:
      "Excluded by the configuration but not in the pod's rules: interface net1. Its traffic goes through the sidecar.",
    meaning:
      'TCP traffic over the interface, in both directions, goes through the sidecar, where mesh policy may refuse it.',
    cause:
      'The interface was added to the configuration after the pod was created: rules are installed once, at the start.',
    confirm: {
      commands: [CONFIGURED_INTERFACES, `${SCRIPT} | grep -E -e ' -[io] '`],
      shows: 'The first holds the interface; no rule of the second with -i or -o names it.',
    },
    remedy: 'Restart the workload.',
  }),

  ExcludedInterfaceExtra: discrepant({
    code: 'OA409',
    title: 'An interface is excluded that should not be.',
    example:
      "Excluded in the pod's rules but not by the configuration: interface net1. Its traffic bypasses the mesh.",
    meaning:
      'TCP traffic over the interface, in both directions, bypasses the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The interface was removed from the configuration after the pod was created, or the script was edited.',
    confirm: {
      commands: [CONFIGURED_INTERFACES, `${SCRIPT} | grep -E -e ' -[io] '`],
      shows: 'A rule of the second with -i or -o and RETURN names the interface; the first does not hold it.',
    },
    remedy: 'Restart the workload; until then its traffic over the interface escapes the mesh.',
  }),

  IncludedRangeMissing: discrepant({
    code: 'OA410',
    title: 'An IP range that should be redirected is not.',
    example:
      "Redirected by configuration or annotation but not by the pod's rules: 192.168.0.0/16. Traffic there bypasses the mesh.",
    meaning:
      'With a list of included ranges only traffic to them goes through the sidecar; traffic to this one does not: no encryption, no policy, no telemetry. All other addresses are those that no list names.',
    cause:
      'The range was added after the pod was created, or the last one was taken off the list, so that all traffic should go through the sidecar again.',
    confirm: {
      commands: [CONFIGURED_INCLUSIONS, WISHES_AND_SCRIPT],
      shows:
        'The first, or the annotation outbound-ip-range-inclusion-list in the first line of the second, holds the range; no -d of a rule that leads to OUT_REDIRECT covers it.',
    },
    remedy:
      "Restart the workload; until then its traffic to the range escapes the mesh. An annotation must stand in the workload's pod template.",
  }),

  IncludedRangeExtra: discrepant({
    code: 'OA411',
    title: 'An IP range is redirected that should not be.',
    example:
      "Redirected by the pod's rules but left out by configuration or annotation: all other addresses. Traffic there goes through the sidecar.",
    meaning:
      'With a list of included ranges only traffic to them should go through the sidecar; traffic to this one does too, and mesh policy may refuse it. All other addresses are those that no list names.',
    cause:
      'The range was removed after the pod was created, or the first one was put on the list, so that the rest should no longer go through the sidecar.',
    confirm: {
      commands: [CONFIGURED_INCLUSIONS, WISHES_AND_SCRIPT],
      shows:
        'A rule of the script leads the range, or all the rest, to OUT_REDIRECT; the first command and the annotation outbound-ip-range-inclusion-list, in the first line of the second, name other ranges alone.',
    },
    remedy: 'Restart the workload.',
  }),

  RangeAnnotationInvalid: warning({
    code: 'OA412',
    title: "A pod's annotation with IP ranges has a bad value.",
    example:
      'The annotation openservicemesh.io/outbound-ip-range-exclusion-list has a bad value: "10.0.0.5" (it has no prefix length, as in 10.0.0.5/32). It was written after the pod was created: the injector refuses pods with it, so this pod cannot be created again.',
    meaning:
      'The injector refuses every pod with a value that is no range: the workload cannot replace the pod. What the injector takes and iptables does not, such as an IPv6 range, keeps new pods from starting.',
    cause:
      'A typing error, an address without a prefix length, or an IPv6 range in outbound-ip-range-exclusion-list or outbound-ip-range-inclusion-list.',
    confirm: {
      commands: [ANNOTATIONS_OF_POD],
      shows:
        'One of the items of the annotation that the message names, which commas part, is no IPv4 range such as 10.0.0.0/8.',
    },
    remedy: "Correct the annotation, on the pod and in the workload's pod template.",
  }),

  AnnotationNotKnown: warning({
    code: 'OA413',
    title: 'The release that made the pod does not know one of its annotations.',
    example:
      'The annotation openservicemesh.io/outbound-ip-range-exclusion-list has no effect: the injector of OSM v0.8, which made the pod, does not know it.',
    meaning: 'What the annotation asks for is not in force, and nothing else says so.',
    cause:
      'The annotation is of a later release. The ports of outbound traffic are known since v0.9.0, those of inbound traffic since v0.9.1, IP ranges since v1.1.0.',
    confirm: {
      commands: [WISHES_AND_SCRIPT],
      shows:
        'The first line holds the annotation; the script has no rule for its values, and its form is that of an earlier release: commands up to v0.11, iptables-restore later, with port 15904 from v1.1 on.',
    },
    remedy: 'Restart the workload if the mesh has been upgraded since; upgrade it, or drop the annotation.',
  }),

  RecreationWillFail: warning({
    code: 'OA414',
    title: 'A new pod of this kind will not start.',
    example:
      'A new pod will not start: iptables refuses "-A OSM_PROXY_OUTBOUND -p tcp --match multiport --dports 81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,9090 -j RETURN": too many ports specified (line 22 of the input). Configuration and annotations together make it so.',
    meaning:
      'The running pod is not concerned. Its next creation, by a restart or on another node, ends in a failing osm-init.',
    cause:
      "The configuration and the pod's annotations are valid each, and together they are not: they make more than the fifteen ports that one rule takes. Or the mode PodIP meets a pod whose first address is an IPv6 one. Of what does not run yet it is told too where the configuration alone makes it so, and is an error there.",
    confirm: {
      commands: [CONFIGURED_LISTS, ANNOTATIONS_OF_POD],
      shows:
        "The two lists of ports together hold more than fifteen different ones, or an item of the annotation is what iptables refuses in the message's words.",
    },
    remedy:
      'Take ports off the configuration or the annotation, before anything restarts the workload; for the mode PodIP, set localProxyMode to Localhost.',
  }),

  ConfigSettling: {
    ...unknown({
      code: 'OA415',
      title: 'The pod was created while the configuration was being changed.',
      example:
        'The pod was created around the time of a change of the configuration, and its exclusions are not those of now; the injector may still have had the former ones.',
      meaning:
        'Injectors hear of a change with some delay. The pod may rightly carry the former lists, so nothing is claimed until the time of --settle-period is over; then it is judged by the lists of now.',
      cause: 'The configuration was changed a moment before or after the pod was created.',
      confirm: {
        commands: [
          `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.creationTimestamp}{"\\n"}'`,
          `kubectl get meshconfigs -A -o jsonpath='{.items[*].metadata.managedFields[*].time}{"\\n"}' || ${CONFIG_MAPS} -o jsonpath='{.items[*].metadata.managedFields[*].time}{"\\n"}'`,
        ],
        shows: 'The last time of the second lies within seconds of the first.',
      },
      remedy: 'Wait.',
    }),
    severity: 'info',
  },

  EverythingExcluded: warning({
    code: 'OA416',
    title: "With the pod's annotations nothing is left to redirect.",
    example:
      'With the annotations of the pod no outbound TCP traffic of its application is redirected: all of it bypasses the mesh.',
    meaning:
      'The pod looks meshed and is Verified, for its rules are as asked. What it sends has no encryption, no policy and no telemetry all the same.',
    cause:
      'The annotation outbound-ip-range-exclusion-list holds 0.0.0.0/0 or ranges that make up everything, or every range of outbound-ip-range-inclusion-list is excluded too.',
    confirm: {
      commands: [ANNOTATIONS_OF_POD, CONFIGURED_LISTS],
      shows: 'The excluded ranges of both together leave nothing, or cover every included one.',
    },
    remedy:
      "Narrow the annotation in the workload's pod template. Where the pod is meant to be outside the mesh, let it opt out of injection instead.",
  }),

  SettingNotKnown: warning({
    code: 'OA417',
    title: 'The release that made the pod does not know a setting of the configuration.',
    example:
      'MeshConfig/osm-system/osm-mesh-config says something in spec.traffic.networkInterfaceExclusionList that the injector of OSM v1.0, which made the pod, does not know: it is not in force here.',
    meaning: 'What the setting asks for is not in force in this pod; pods of a later injector have it.',
    cause:
      'The pod was made by an injector of before the mesh was upgraded, or the MeshConfig has fields that the running injector does not read.',
    confirm: {
      commands: [CONFIGURED_LISTS, SCRIPT],
      shows:
        'The first, or localProxyMode of the MeshConfig, says what the message names. The script is of an earlier form: commands up to v0.11, iptables-restore later, with port 15904 from v1.1 on.',
    },
    remedy:
      'Restart the workload if the mesh has been upgraded since; otherwise upgrade the mesh or drop the setting.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
