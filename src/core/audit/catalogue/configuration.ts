/** OA5xx: the mesh configuration. All pods share it, so none of these is told pod by pod. */
import {
  CONFIG_MAPS,
  CONFIGURED_INTERFACES,
  CONFIGURED_LISTS,
  CONFIGURED_PORTS,
  CONFIGURED_RANGES,
  MESH_CONFIGS,
  NAMESPACE_SAYS,
} from './commands.ts';
import { discrepant, note, sharedUnknown, warning, type CatalogueEntry } from './entry.ts';

export const CONFIGURATION = {
  ConfigMissing: sharedUnknown({
    code: 'OA501',
    title: 'There is no mesh configuration to judge by.',
    example: 'There is no ConfigMap osm-config or MeshConfig in any namespace.',
    meaning: 'Which exclusions the pod should have is not known; its base rules were still compared.',
    cause:
      'Neither a MeshConfig nor, as up to v0.8, the ConfigMap osm-config is in the cluster or among the files, or the mesh runs in another namespace.',
    confirm: {
      commands: [MESH_CONFIGS, CONFIG_MAPS],
      shows: 'They find nothing, or not in the namespace that --osm-namespace names.',
    },
    remedy: 'Give the MeshConfig or ConfigMap too, or name the namespace with --osm-namespace.',
  }),

  ConfigUnreadable: sharedUnknown({
    code: 'OA502',
    title: 'The mesh configuration cannot be read.',
    example: 'The ConfigMap osm-config cannot be read: forbidden.',
    meaning: 'Which exclusions the pod should have is not known; its base rules were still compared.',
    cause: 'No permission on the ConfigMap or the MeshConfig, or the API server does not answer.',
    confirm: {
      commands: [
        'kubectl auth can-i list configmaps/osm-config -A --as=system:serviceaccount:osm-auditor:osm-auditor',
        'kubectl auth can-i list meshconfigs.config.openservicemesh.io -A --as=system:serviceaccount:osm-auditor:osm-auditor',
      ],
      shows: 'One says no where the permission is missing; both fail where the API server does not answer.',
    },
    remedy: 'Grant what manifests/base/rbac.yaml grants, or look at the connection.',
  }),

  ConfigAmbiguous: sharedUnknown({
    code: 'OA503',
    title: 'Several objects could be the mesh configuration.',
    example:
      "There are ConfigMap/a/osm-config and ConfigMap/b/osm-config; which of them is the mesh's is not known.",
    meaning: 'Judging by the wrong one would be worse than not judging; base rules were still compared.',
    cause:
      'Several namespaces have a MeshConfig or a ConfigMap osm-config, or one has both: an upgrade from v0.8 leaves the ConfigMap behind.',
    confirm: { commands: [MESH_CONFIGS, CONFIG_MAPS], shows: 'Together they list more than one.' },
    remedy:
      'Name the right namespace with --osm-namespace; delete the object that no injector reads any more.',
  }),

  ConfigRangeInvalid: {
    ...sharedUnknown({
      code: 'OA504',
      title: 'A list of IP ranges in the configuration holds a bad value.',
      example:
        'ConfigMap/osm-system/osm-config has a bad value in outbound_ip_range_exclusion_list: "1.1.1.1/33" (iptables refuses it: invalid mask `33\' specified). New pods will not start.',
      meaning:
        'The injector copies the value into the script of every new pod, where iptables refuses it: new pods do not start.',
      cause:
        'A typing error, an IPv6 range, or a comma too many. Neither a ConfigMap nor the schema of the MeshConfig checks an address in full.',
      confirm: {
        commands: [CONFIGURED_RANGES, CONFIGURED_LISTS],
        shows:
          'One of the items, which commas part, is no IPv4 range such as 10.0.0.0/8. The included ranges are among the lists of the second.',
      },
      remedy: 'Correct the ConfigMap or MeshConfig.',
    }),
    severity: 'error',
  },

  ConfigPortInvalid: {
    ...sharedUnknown({
      code: 'OA505',
      title: 'A list of ports in the configuration holds a bad value.',
      example:
        'ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "080" (iptables refuses it: invalid port/service `080\' specified). New pods will not start.',
      meaning:
        'The injector copies the value into the script of every new pod, where iptables refuses it or reads another port.',
      cause:
        'A typing error, a number above 65535, a leading zero, or more than the fifteen ports that one rule takes.',
      confirm: {
        commands: [CONFIGURED_PORTS, CONFIGURED_LISTS],
        shows:
          'One of the items, which commas part, is no number from 1 to 65535 or begins with a zero, or a list has more than fifteen. The inbound ports are among the lists of the second.',
      },
      remedy: 'Correct the ConfigMap or MeshConfig.',
    }),
    severity: 'error',
  },

  ConfigInterfaceInvalid: {
    ...sharedUnknown({
      code: 'OA506',
      title: 'The list of excluded interfaces holds a bad value.',
      example:
        'MeshConfig/osm-system/osm-mesh-config has a bad value in spec.traffic.networkInterfaceExclusionList: "management-network" (iptables refuses it: interface names have 15 characters at most, and this has 18). New pods will not start.',
      meaning:
        'The injector copies the value into the script of every new pod, where iptables refuses it or reads it as something else: new pods do not start.',
      cause:
        'A name that is too long, an empty item, or text that is no name. The schema of the MeshConfig checks nothing here.',
      confirm: {
        commands: [CONFIGURED_INTERFACES],
        shows:
          'One of the items is longer than fifteen characters, or holds others than letters, digits and those of _ . : @ + and -.',
      },
      remedy: 'Correct the MeshConfig.',
    }),
    severity: 'error',
  },

  ConfigExecutes: {
    ...discrepant({
      code: 'OA507',
      title: 'The configuration holds text that a shell executes in every new pod.',
      example:
        'MeshConfig/osm-system/osm-mesh-config holds text in spec.traffic.networkInterfaceExclusionList that a shell executes as root in every new pod: "$(id)".',
      meaning:
        'The injectors copy values into the script of osm-init as they are. Whoever may edit the configuration can so run any command in every new pod, as root and with the right to change its network.',
      cause:
        'An attack, or a mistake. Up to v0.11 a semicolon or another sign of the shell is enough, later a backtick or a dollar sign with a parenthesis. The schema of the MeshConfig lets both through.',
      confirm: {
        commands: [CONFIGURED_LISTS],
        shows: 'One of the items is the text of the message.',
      },
      remedy:
        'Remove the value, find out who wrote it, and look at the pods that were created since: their scripts hold it.',
    }),
    scope: 'shared',
  },

  ConfigExcludesEverything: {
    ...warning({
      code: 'OA508',
      title: 'The configuration leaves nothing to redirect.',
      example:
        'With ConfigMap/osm-system/osm-config no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.',
      meaning:
        'Pods look meshed and are Verified, for their rules are as configured. What they send has no encryption, no policy and no telemetry all the same.',
      cause:
        'The excluded ranges hold 0.0.0.0/0 or make up everything, the interface of the pods is excluded, or every included range is excluded too. Any address before /0 means all addresses, also 999.1.1.1/0 and ::/0.',
      confirm: {
        commands: [CONFIGURED_LISTS],
        shows: 'The excluded ranges leave nothing, or cover every included one, or eth0 or eth+ is excluded.',
      },
      remedy: 'Narrow the lists and restart the workloads.',
    }),
    scope: 'shared',
  },

  ExclusionRedundant: {
    ...note({
      code: 'OA509',
      title: 'A range of the configuration does nothing, because another one covers it.',
      example:
        'ConfigMap/osm-system/osm-config: an item of outbound_ip_range_exclusion_list lies within another range of the list: 10.1.0.0/16.',
      meaning:
        'The range does nothing: the wider one excludes its traffic already, whether it is to be excluded or included. To remove it changes nothing, and to keep only it would change a lot.',
      cause:
        'The list has grown, or the range is written twice: 2.2.2.2/24 and 2.2.2.0/24 are one range to iptables.',
      confirm: {
        commands: [CONFIGURED_RANGES],
        shows: 'Another item of the excluded ranges covers the range.',
      },
      remedy: 'Remove the one of the two that is not meant.',
    }),
    scope: 'shared',
  },

  ExclusionBroad: {
    ...note({
      code: 'OA510',
      title: 'An excluded range is very wide.',
      example:
        'MeshConfig/osm-system/osm-mesh-config: an item of spec.traffic.outboundIPRangeExclusionList lets a large part of all addresses bypass the mesh: 16.0.0.0/4.',
      meaning:
        'A sixteenth of all addresses or more bypasses the sidecar, services of the mesh perhaps among them: no encryption, no policy, no telemetry.',
      cause: 'A typing error in the prefix length, or a range that was meant to name everything outside.',
      confirm: {
        commands: [CONFIGURED_RANGES],
        shows: 'An item ends in /4 or less.',
      },
      remedy: 'Name the networks that are meant.',
    }),
    scope: 'shared',
  },

  MeshPortExcluded: {
    ...note({
      code: 'OA511',
      title: "An excluded port is one of the mesh's own.",
      example:
        "ConfigMap/osm-system/osm-config: an item of outbound_port_exclusion_list is a port of the mesh's own: 15003.",
      meaning:
        "Only the sidecar and its helpers listen on these ports: no application's traffic goes there. To exclude them changes nothing, or opens the sidecar to traffic that has not been redirected.",
      cause:
        "A list that was copied from another mesh, or an attempt to reach the sidecar's own pages or metrics.",
      confirm: {
        commands: [CONFIGURED_PORTS, CONFIGURED_LISTS],
        shows: 'An item is 15000, 15001, 15003, 15010 or one of 15901 to 15904.',
      },
      remedy: 'Remove the port from the list.',
    }),
    scope: 'shared',
  },

  InjectorUnsafe: {
    ...warning({
      code: 'OA512',
      title: 'The webhook that injects sidecars can be passed by, or cannot be called.',
      example:
        'The webhook osm-webhook-osm of the mesh osm lets pods pass without a sidecar when the injector does not answer.',
      meaning:
        'A pod that is created at the wrong moment gets no sidecar and no rules, and all its traffic bypasses the mesh; or no pod can be created at all.',
      cause: 'The webhook was edited, or its control plane has not finished its installation.',
      confirm: {
        commands: [
          `kubectl get mutatingwebhookconfigurations -o jsonpath='{range .items[*].webhooks[*]}{.name}{" "}{.failurePolicy}{" "}{.clientConfig.caBundle}{"\\n"}{end}'`,
        ],
        shows:
          'The line of osm-inject.k8s.io or fsm-inject.k8s.io says Ignore, or has nothing behind the policy.',
      },
      remedy:
        'Set failurePolicy to Fail; let the control plane write its authority by a restart of the injector.',
    }),
    scope: 'shared',
  },

  InjectorMissing: {
    ...warning({
      code: 'OA513',
      title: "No webhook injects sidecars for the namespace's mesh.",
      example:
        'No webhook injects sidecars for the mesh two, which monitors namespace test: its new pods get none.',
      meaning: 'Pods that are created now have neither sidecar nor rules; those that are there keep theirs.',
      cause:
        'The mesh was uninstalled or renamed and the label of the namespace stayed, or the webhook was deleted.',
      confirm: {
        commands: [
          NAMESPACE_SAYS,
          `kubectl get mutatingwebhookconfigurations -o jsonpath='{range .items[*].webhooks[*]}{.name}{" "}{.namespaceSelector.matchLabels}{"\\n"}{end}'`,
        ],
        shows: 'No webhook of the second selects the value of the label monitored-by of the first.',
      },
      remedy: 'Install the mesh again, or correct the label of the namespace.',
    }),
    scope: 'shared',
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
