/** Cases of OA5xx. */
import type { CONFIGURATION } from '../../core/audit/catalogue/configuration.ts';
import type { ConfigLookup } from '../../core/osm/mesh-config.ts';
import { configWith, inputFor, meshedPod, plainPod } from '../builders.ts';
import type { CasesOf } from './finding-cases.ts';
import { annotated, NO_CONFIG, ports, ranges } from './inputs.ts';

const judgedBy = (config: ConfigLookup): ReturnType<typeof inputFor> => inputFor(meshedPod(), { config });

export const CONFIGURATION_CASES: CasesOf<typeof CONFIGURATION> = {
  ConfigMissing: {
    raises: {
      'when no namespace has it': {
        input: judgedBy(NO_CONFIG),
        message: 'There is no ConfigMap osm-config in any namespace.',
      },
    },
    silent: {
      'when it is there and empty': judgedBy(configWith({})),
      'on a pod that the mesh does not concern': inputFor(plainPod(), { config: NO_CONFIG }),
    },
  },
  ConfigUnreadable: {
    raises: {
      'without permission': {
        input: judgedBy({ kind: 'unreadable', reason: 'forbidden' }),
        message: 'The ConfigMap osm-config cannot be read: forbidden.',
      },
    },
    silent: { 'when it is not there': judgedBy(NO_CONFIG) },
  },
  ConfigAmbiguous: {
    raises: {
      'when two namespaces have one': {
        input: judgedBy({
          kind: 'ambiguous',
          sources: ['ConfigMap/a/osm-config', 'ConfigMap/b/osm-config'],
        }),
        message:
          "There are ConfigMap/a/osm-config and ConfigMap/b/osm-config; which of them is the mesh's is not known.",
      },
    },
    silent: { 'when one namespace has it': judgedBy(configWith({})) },
  },
  ConfigRangeInvalid: {
    raises: {
      'for a prefix that IPv4 does not have': {
        input: judgedBy(ranges('1.1.1.1/33')),
        message:
          'ConfigMap/osm-system/osm-config has a bad value in outbound_ip_range_exclusion_list: "1.1.1.1/33" (iptables refuses it: invalid mask `33\' specified).',
      },
    },
    silent: {
      'for host bits and white space': judgedBy(ranges(' 1.1.1.1/24 , 2.2.2.2/32 ')),
      'for an empty list': judgedBy(ranges(' ')),
    },
  },
  ConfigPortInvalid: {
    raises: {
      'for a leading zero': {
        input: judgedBy(ports('080')),
        message:
          'ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "080" (iptables refuses it: invalid port/service `080\' specified).',
      },
      'for more ports than one rule takes': {
        input: judgedBy(ports('1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16')),
        message:
          'ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16" (iptables takes 15 ports in one rule and these are 16).',
      },
    },
    silent: {
      'for as many ports as one rule takes': judgedBy(ports('1,2,3,4,5,6,7,8,9,10,11,12,13,14,15')),
      'for a bad port in the annotation': annotated('080'),
    },
  },
};
