/** OA5xx: the mesh configuration. All pods share it, so none of these is told pod by pod. */
import { CONFIGURATIONS, CONFIGURED_RANGES, CONFIGURED_PORTS } from './commands.ts';
import { sharedUnknown, type CatalogueEntry } from './entry.ts';

export const CONFIGURATION = {
  ConfigMissing: sharedUnknown({
    code: 'OA501',
    title: 'There is no mesh configuration to judge by.',
    example: 'There is no ConfigMap osm-config in any namespace.',
    meaning: 'Which exclusions the pod should have is not known; its base rules were still compared.',
    cause:
      'The ConfigMap osm-config is not in the cluster or not among the files, or OSM runs in another namespace.',
    confirm: {
      commands: [CONFIGURATIONS],
      shows: 'It finds nothing, or not in the namespace that --osm-namespace names.',
    },
    remedy: 'Give the ConfigMap too, or name the namespace with --osm-namespace.',
  }),

  ConfigUnreadable: sharedUnknown({
    code: 'OA502',
    title: 'The mesh configuration cannot be read.',
    example: 'The ConfigMap osm-config cannot be read: forbidden.',
    meaning: 'Which exclusions the pod should have is not known; its base rules were still compared.',
    cause: 'No permission on the ConfigMap, or the API server does not answer.',
    confirm: {
      commands: [
        'kubectl auth can-i list configmaps/osm-config -A --as=system:serviceaccount:osm-auditor:osm-auditor',
        CONFIGURATIONS,
      ],
      shows:
        'The first says no where the permission is missing; the second fails where the API server does not answer.',
    },
    remedy: 'Grant what manifests/rbac.yaml grants, or look at the connection.',
  }),

  ConfigAmbiguous: sharedUnknown({
    code: 'OA503',
    title: 'Several objects could be the mesh configuration.',
    example:
      "There are ConfigMap/a/osm-config and ConfigMap/b/osm-config; which of them is the mesh's is not known.",
    meaning: 'Judging by the wrong one would be worse than not judging; base rules were still compared.',
    cause: 'More than one namespace has a ConfigMap osm-config.',
    confirm: { commands: [CONFIGURATIONS], shows: 'It lists more than one.' },
    remedy: 'Name the right namespace with --osm-namespace.',
  }),

  ConfigRangeInvalid: {
    ...sharedUnknown({
      code: 'OA504',
      title: 'outbound_ip_range_exclusion_list holds a bad value.',
      example:
        'ConfigMap/osm-system/osm-config has a bad value in outbound_ip_range_exclusion_list: "1.1.1.1/33" (iptables refuses it: invalid mask `33\' specified).',
      meaning:
        'OSM copies the value into the script of every new pod, where iptables refuses it: new pods do not start.',
      cause: 'A typing error, an IPv6 range, or a comma too many.',
      confirm: {
        commands: [CONFIGURED_RANGES],
        shows: 'One of the items, which commas part, is no IPv4 range such as 10.0.0.0/8.',
      },
      remedy: 'Correct the ConfigMap.',
    }),
    severity: 'error',
  },

  ConfigPortInvalid: {
    ...sharedUnknown({
      code: 'OA505',
      title: 'outbound_port_exclusion_list holds a bad value.',
      example:
        'ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "080" (iptables refuses it: invalid port/service `080\' specified).',
      meaning:
        'OSM copies the value into the script of every new pod, where iptables refuses it or reads another port.',
      cause: 'A typing error, a number above 65535, or a leading zero.',
      confirm: {
        commands: [CONFIGURED_PORTS],
        shows:
          'One of the items, which commas part, is no number from 1 to 65535 or begins with a zero, or there are more than fifteen.',
      },
      remedy: 'Correct the ConfigMap.',
    }),
    severity: 'error',
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
