/** Cases of OA5xx. */
import type { CONFIGURATION } from '../../core/audit/catalogue/configuration.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import type { ConfigSet, Injector } from '../../core/osm/choose-config.ts';
import { printAddress } from '../../core/iptables/cidr.ts';
import { configMapConfig, type MeshConfig } from '../../core/osm/mesh-config.ts';
import { FSM, MONITORED_BY_LABEL } from '../../core/osm/names.ts';
import {
  configSet,
  configWith,
  inputFor,
  meshConfig,
  meshedPod,
  namespaceOf,
  plainPod,
} from '../builders.ts';
import type { CasesOf } from './finding-cases.ts';
import { annotated, fsm, MONITORED, NO_CONFIG, ports, ranges, released } from './inputs.ts';

const judgedBy = (configs: ConfigSet): AuditInput => inputFor(meshedPod(), { configs });

const configMapIn = (namespace: string): MeshConfig =>
  configMapConfig({ namespace, name: 'osm-config', uid: '', changedAt: undefined, data: {} });

const INJECTOR = { webhook: 'osm-webhook-osm', failsOpen: false, hasAuthority: true };

/** A pod of the mesh osm, which has this webhook. */
function injectedBy(injector: Injector): AuditInput {
  const meshes = [{ name: 'osm', namespace: 'osm-system', injector }];
  return inputFor(meshedPod(), { namespace: MONITORED, configs: configSet([meshConfig()], { meshes }) });
}

export const CONFIGURATION_CASES: CasesOf<typeof CONFIGURATION> = {
  ConfigMissing: {
    raises: {
      'when no namespace has it': {
        input: judgedBy(NO_CONFIG),
        message: 'There is no ConfigMap osm-config or MeshConfig in any namespace.',
      },
      'when a mesh of FSM has only a configuration of OSM': {
        input: { ...fsm({}, {}), configs: configWith({}) },
        message: 'There is no FSM MeshConfig in any namespace.',
      },
      'when no pod of the release that made this one reads what is there': {
        input: { ...released('R4', {}, {}), configs: configWith({}) },
        message: 'There is no MeshConfig in any namespace.',
      },
    },
    silent: {
      'when it is there and empty': judgedBy(configWith({})),
      'on a pod that the mesh does not concern': inputFor(plainPod(), { configs: NO_CONFIG }),
    },
  },
  ConfigUnreadable: {
    raises: {
      'without permission': {
        input: judgedBy(configSet([], { unreadable: [{ kind: 'ConfigMap', reason: 'forbidden' }] })),
        message: 'The ConfigMap osm-config cannot be read: forbidden.',
      },
      'for the MeshConfig of a later release': {
        input: {
          ...released('R4', {}, {}),
          configs: configSet([], { unreadable: [{ kind: 'MeshConfig', reason: 'forbidden' }] }),
        },
        message: 'The MeshConfig cannot be read: forbidden.',
      },
    },
    silent: {
      'when it is not there': judgedBy(NO_CONFIG),
      'when what cannot be read is of another kind of mesh': judgedBy({
        ...configWith({}),
        unreadable: [{ kind: 'FsmMeshConfig', reason: 'forbidden' }],
      }),
    },
  },
  ConfigAmbiguous: {
    raises: {
      'when two namespaces have one': {
        input: judgedBy(configSet([configMapIn('a'), configMapIn('b')])),
        message:
          "There are ConfigMap/a/osm-config and ConfigMap/b/osm-config; which of them is the mesh's is not known.",
      },
      'when an upgrade has left the ConfigMap behind': {
        input: judgedBy(configSet([configMapIn('osm-system'), meshConfig()])),
        message:
          "There are ConfigMap/osm-system/osm-config and MeshConfig/osm-system/osm-mesh-config; which of them is the mesh's is not known.",
      },
    },
    silent: {
      'when one namespace has it': judgedBy(configWith({})),
      'when the other one is of another kind of mesh': judgedBy(
        configSet([configMapIn('a'), meshConfig({ namespace: 'b', product: FSM })]),
      ),
      'when only one of them is what the release reads': {
        ...released('R4', {}, {}),
        configs: configSet([configMapIn('osm-system'), meshConfig()]),
      },
    },
  },
  ConfigRangeInvalid: {
    raises: {
      'for a prefix that IPv4 does not have': {
        input: judgedBy(ranges('1.1.1.1/33')),
        message:
          'ConfigMap/osm-system/osm-config has a bad value in outbound_ip_range_exclusion_list: "1.1.1.1/33" (iptables refuses it: invalid mask `33\' specified). New pods will not start.',
      },
      'for an octet that the schema lets through, among the included ranges': {
        input: released('R4', {}, { includedRanges: ['999.1.1.1/24'] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config has a bad value in spec.traffic.outboundIPRangeInclusionList: "999.1.1.1/24" (iptables refuses it: host/network `999.1.1.1\' not found). New pods will not start.',
      },
    },
    silent: {
      'for host bits and white space': judgedBy(ranges(' 1.1.1.1/24 , 2.2.2.2/32 ')),
      'for an empty list': judgedBy(ranges(' ')),
      'for an address before /0, which iptables does not look at': judgedBy(ranges('999.1.1.1/0')),
    },
  },
  ConfigPortInvalid: {
    raises: {
      'for a leading zero': {
        input: judgedBy(ports('080')),
        message:
          'ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "080" (iptables refuses it: invalid port/service `080\' specified). New pods will not start.',
      },
      'for more ports than one rule takes': {
        input: judgedBy(ports('1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16')),
        message:
          'ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16" (iptables takes 15 ports in one rule and these are 16). New pods will not start.',
      },
      'for as many inbound ports of a MeshConfig': {
        input: released('R2', {}, { inboundPorts: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config has a bad value in spec.traffic.inboundPortExclusionList: "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16" (iptables takes 15 ports in one rule and these are 16). New pods will not start.',
      },
    },
    silent: {
      'for as many ports as one rule takes': judgedBy(ports('1,2,3,4,5,6,7,8,9,10,11,12,13,14,15')),
      'for a bad port in the annotation': annotated('080'),
    },
  },
  ConfigInterfaceInvalid: {
    raises: {
      'for a name that the kernel cannot hold': {
        input: released('R4', {}, { interfaces: ['eth0', 'management-network'] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config has a bad value in spec.traffic.networkInterfaceExclusionList: "management-network" (iptables refuses it: interface names have 15 characters at most, and this has 18). New pods will not start.',
      },
      'for words of a script, in FSM': {
        input: fsm({}, { interfaces: ['eth0 -j ACCEPT', ''] }),
        message:
          'MeshConfig/osm-system/fsm-mesh-config has a bad value in spec.traffic.networkInterfaceExclusionList: "eth0 -j ACCEPT" (it is not an interface name) and "" (an empty item, such as a comma too many leaves behind). New pods will not start.',
      },
    },
    silent: {
      'for the longest name and for a wildcard': released(
        'R4',
        {},
        { interfaces: ['abcdefghijklmno', 'eth0.+'] },
      ),
      'for a name that no pod has': released('R2', {}, { interfaces: ['net1'] }),
    },
  },
  ConfigExecutes: {
    raises: {
      'for a substitution, which the schema lets through': {
        input: released('R4', {}, { interfaces: ['net1', '$(id)'] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config holds text in spec.traffic.networkInterfaceExclusionList that a shell executes as root in every new pod: "$(id)".',
      },
      'for a second command in a ConfigMap': {
        input: judgedBy(ranges('1.1.1.1/32, 2.2.2.2/32;true')),
        message:
          'ConfigMap/osm-system/osm-config holds text in outbound_ip_range_exclusion_list that a shell executes as root in every new pod: "2.2.2.2/32;true".',
      },
      'for a second command in a MeshConfig, where the release of the pod writes commands': {
        input: inputFor(meshedPod(), {
          configs: configSet([meshConfig({ outboundRanges: [';id;1.1.1.1/32'] })]),
        }),
        message:
          'MeshConfig/osm-system/osm-mesh-config holds text in spec.traffic.outboundIPRangeExclusionList that a shell executes as root in every new pod: ";id;1.1.1.1/32".',
      },
      'for backticks in front of a range, in FSM': {
        input: fsm({}, { outboundRanges: ['`id`1.1.1.1/32'] }),
        message:
          'MeshConfig/osm-system/fsm-mesh-config holds text in spec.traffic.outboundIPRangeExclusionList that a shell executes as root in every new pod: "`id`1.1.1.1/32".',
      },
    },
    silent: {
      'for a variable, which a shell only reads': released('R4', {}, { interfaces: ['$POD_IP'] }),
      'for a second command where the release writes a here-document': released(
        'R4',
        {},
        { outboundRanges: [';id;1.1.1.1/32'] },
      ),
      'for a semicolon in a here-document': fsm({}, { interfaces: ['net1;id'] }),
      'for a bad range': judgedBy(ranges('1.1.1.1/33, http')),
    },
  },
  ConfigExcludesEverything: {
    raises: {
      'for everything by its name': {
        input: judgedBy(ranges('0.0.0.0/0')),
        message:
          'With ConfigMap/osm-system/osm-config no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.',
      },
      'for an address that does not count before /0': {
        input: released('R4', {}, { outboundRanges: ['999.1.1.1/0'] }),
        message:
          'With MeshConfig/osm-system/osm-mesh-config no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.',
      },
      'for two halves': {
        input: fsm({}, { outboundRanges: ['128.0.0.0/1', '0.0.0.0/1'] }),
        message:
          'With MeshConfig/osm-system/fsm-mesh-config no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.',
      },
      'for an included range that is excluded too': {
        input: released(
          'R4',
          { ranges: ['10.0.0.0/8'], includedRanges: ['10.1.0.0/16'] },
          { outboundRanges: ['10.0.0.0/8'], includedRanges: ['10.1.0.0/16'] },
        ),
        message:
          'With MeshConfig/osm-system/osm-mesh-config no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.',
      },
      "for the pods' interface": {
        input: released('R4', { interfaces: ['eth+'] }, { interfaces: ['eth+'] }),
        message:
          'With MeshConfig/osm-system/osm-mesh-config no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.',
      },
    },
    silent: {
      'for all but one address': judgedBy(
        ranges(
          Array.from({ length: 32 }, (_, i) => `${printAddress((1 << (31 - i)) >>> 0)}/${i + 1}`).join(','),
        ),
      ),
      'for another interface': released('R4', { interfaces: ['eth1'] }, { interfaces: ['eth1'] }),
      'for everything in an annotation alone': released(
        'R4',
        { ranges: ['0.0.0.0/0'] },
        {},
        { annotations: { 'openservicemesh.io/outbound-ip-range-exclusion-list': '0.0.0.0/0' } },
      ),
    },
  },
  ExclusionRedundant: {
    raises: {
      'for an included range inside an excluded one': {
        input: released('R4', {}, { outboundRanges: ['10.0.0.0/8'], includedRanges: ['10.1.0.0/16'] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config: an item of spec.traffic.outboundIPRangeInclusionList is excluded as well, so including it does nothing: 10.1.0.0/16.',
      },
      'for a range inside another one': {
        input: judgedBy(ranges('10.0.0.0/8, 10.1.0.0/16')),
        message:
          'ConfigMap/osm-system/osm-config: an item of outbound_ip_range_exclusion_list lies within another range of the list: 10.1.0.0/16.',
      },
      'for one range in two spellings': {
        input: released('R4', {}, { outboundRanges: ['2.2.2.2/24', '2.2.2.0/24'] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config: an item of spec.traffic.outboundIPRangeExclusionList lies within another range of the list: 2.2.2.0/24.',
      },
    },
    silent: {
      'for neighbours': judgedBy(ranges('10.0.0.0/9, 10.128.0.0/9')),
      'for an included range around an excluded one': released(
        'R4',
        {},
        {
          outboundRanges: ['10.1.0.0/16'],
          includedRanges: ['10.0.0.0/8'],
        },
      ),
    },
  },
  ExclusionBroad: {
    raises: {
      'for a sixteenth of all addresses': {
        input: released('R4', {}, { outboundRanges: ['16.0.0.0/4', '10.0.0.0/8'] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config: an item of spec.traffic.outboundIPRangeExclusionList lets a large part of all addresses bypass the mesh: 16.0.0.0/4.',
      },
    },
    silent: {
      'for half of that': judgedBy(ranges('16.0.0.0/5')),
      'for everything, which has a finding of its own': judgedBy(ranges('0.0.0.0/0')),
      'for a wide range that is included': released('R4', {}, { includedRanges: ['16.0.0.0/4'] }),
    },
  },
  MeshPortExcluded: {
    raises: {
      "for the sidecar's inbound port": {
        input: judgedBy(ports('6379, 15003')),
        message:
          "ConfigMap/osm-system/osm-config: an item of outbound_port_exclusion_list is a port of the mesh's own: 15003.",
      },
      'for ports of probes among the inbound ones': {
        input: fsm({}, { inboundPorts: [15_901, 15_904, 8080] }),
        message:
          "MeshConfig/osm-system/fsm-mesh-config: an item of spec.traffic.inboundPortExclusionList is a port of the mesh's own: 15901 and 15904.",
      },
    },
    silent: {
      'for a port next to it': judgedBy(ports('15002, 15905')),
      'for such a port in an annotation': annotated('15003'),
    },
  },
  InjectorUnsafe: {
    raises: {
      'when it lets pods pass': {
        input: injectedBy({ ...INJECTOR, failsOpen: true }),
        message:
          'The webhook osm-webhook-osm of the mesh osm lets pods pass without a sidecar when the injector does not answer.',
      },
      'when nobody could trust it': {
        input: injectedBy({ ...INJECTOR, hasAuthority: false }),
        message:
          'The webhook osm-webhook-osm of the mesh osm names no authority by which the API server could trust the injector.',
      },
    },
    silent: {
      'when it fails closed and can be trusted': injectedBy(INJECTOR),
      "when it is another mesh's": {
        ...injectedBy({ ...INJECTOR, failsOpen: true }),
        namespace: namespaceOf('test', { labels: { [MONITORED_BY_LABEL]: 'two' } }),
      },
    },
  },
  InjectorMissing: {
    raises: {
      'when webhooks are known, and none is of the mesh': {
        input: {
          ...injectedBy(INJECTOR),
          namespace: namespaceOf('test', { labels: { [MONITORED_BY_LABEL]: 'two' } }),
        },
        message:
          'No webhook injects sidecars for the mesh two, which monitors namespace test: its new pods get none.',
      },
    },
    silent: {
      'when no webhook is known, so that they may not be readable': {
        ...injectedBy(INJECTOR),
        configs: configSet([meshConfig()]),
      },
      'when the namespace is not known': { ...injectedBy(INJECTOR), namespace: undefined },
      'when one is of the mesh': injectedBy(INJECTOR),
    },
  },
};
