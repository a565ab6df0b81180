/** Cases of OA4xx. */
import type { EXCLUSIONS } from '../../core/audit/catalogue/exclusions.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import type { MeshConfigResource } from '../../core/osm/mesh-config.ts';
import { listAnnotation, OSM, type AnnotatedList } from '../../core/osm/names.ts';
import type { Pod } from '../../core/osm/pod.ts';
import type { Release, ScriptOptions } from '../osm-scripts.ts';
import { configWith, CREATED, inputFor, meshedPod } from '../builders.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';
import type { CasesOf } from './finding-cases.ts';
import { annotated, extra, fsm, NO_CONFIG, ports, ranges, released, scripted } from './inputs.ts';

/** What a pod carries that asks for this list by its annotation. */
const asking = (list: AnnotatedList, value: string): Partial<Pod> => ({
  annotations: { [listAnnotation(OSM, list)]: value },
});
const FIFTEEN = Array.from({ length: 15 }, (_, i) => 81 + i);
/** A pod of v1.2 whose MeshConfig excludes fifteen ports, which its script has. */
const withFifteen = (rest: Partial<Pod>): AuditInput =>
  released('R4', { ports: FIFTEEN }, { outboundPorts: FIFTEEN }, rest);
/** A pod without exclusions, made a moment before they were configured. */
const settling = (config: Partial<MeshConfigResource>, now: number): AuditInput => ({
  ...released('R4', {}, { ...config, changedAt: CREATED + 1000 }),
  now,
});
/** An annotation in a pod of the release whose rules do what it asks for. */
const heard = (
  release: Release,
  options: ScriptOptions,
  list: AnnotatedList,
  value: string,
  config: Partial<MeshConfigResource> = {},
): AuditInput => released(release, options, config, asking(list, value));

export const EXCLUSIONS_CASES: CasesOf<typeof EXCLUSIONS> = {
  ExcludedRangeMissing: {
    raises: {
      'for a range that no rule excludes': {
        input: inputFor(meshedPod(), { configs: ranges('1.1.1.1/32') }),
        message:
          "Excluded by the configuration but not in the pod's rules: 1.1.1.1/32. Traffic there goes through the sidecar.",
      },
      'for a range of a MeshConfig, appended in v1.1 and later': {
        input: released(
          'R3',
          { ranges: ['10.0.0.0/8'] },
          { outboundRanges: ['10.0.0.0/8', '1.1.1.1/32'], changedAt: CREATED + 60_000 },
        ),
        message:
          "The configuration was changed after the pod was created, and the pod still runs the rules of before. Excluded by the configuration but not in the pod's rules: 1.1.1.1/32. Traffic there goes through the sidecar.",
      },
      "for a range of the running pod's annotation": {
        input: released(
          'R4',
          {},
          {},
          {
            ...asking('outboundRanges', '1.1.1.1/32'),
            annotatedAt: { [listAnnotation(OSM, 'outboundRanges')]: CREATED + 60_000 },
          },
        ),
        message:
          "The annotation openservicemesh.io/outbound-ip-range-exclusion-list was probably written after the pod was created, and rules are installed once: it belongs into the workload's pod template. Excluded by configuration or annotation but not in the pod's rules: 1.1.1.1/32. Traffic there goes through the sidecar.",
      },
    },
    silent: {
      'for a range inside another one': scripted(
        extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
        ranges('10.0.0.0/8, 10.1.0.0/16'),
      ),
      'for a range that two halves make up': scripted(
        extra('-I PROXY_OUTPUT -d 10.0.0.0/9 -j RETURN', '-I PROXY_OUTPUT -d 10.128.0.0/9 -j RETURN'),
        ranges('10.0.0.0/8'),
      ),
      'for a range that a base rule excludes': inputFor(meshedPod(), { configs: ranges('127.0.0.1/32') }),
    },
  },
  ExcludedRangeExtra: {
    raises: {
      'for a range that the configuration has lost': {
        input: scripted(extra('-I PROXY_OUTPUT -d 1.1.1.1/32 -j RETURN'), configWith({}, CREATED + 1000)),
        message:
          "The configuration was changed after the pod was created, and the pod still runs the rules of before. Excluded in the pod's rules but not by the configuration: 1.1.1.1/32. Traffic there bypasses the mesh.",
      },
      'for everything': {
        input: scripted(extra('-I PROXY_OUTPUT -d 0.0.0.0/0 -j RETURN')),
        message:
          "Excluded in the pod's rules but not by the configuration: 0.0.0.0/0. Traffic there bypasses the mesh.",
      },
    },
    silent: {
      'for a range whose host bits differ': scripted(
        extra('-I PROXY_OUTPUT -d 2.2.2.0/24 -j RETURN'),
        ranges('2.2.2.2/24'),
      ),
      'for a range inside one that is excluded': scripted(
        extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN', '-I PROXY_OUTPUT -d 10.1.0.0/16 -j RETURN'),
        ranges('10.0.0.0/8'),
      ),
      'when there is no configuration to say so': scripted(
        extra('-I PROXY_OUTPUT -d 1.1.1.1/32 -j RETURN'),
        NO_CONFIG,
      ),
    },
  },
  ExcludedPortMissing: {
    raises: {
      'for a port that the configuration has gained': {
        input: scripted(GUIDE_SCRIPTS.ports, ports('6379, 7070, 8080, 9090')),
        message:
          "Excluded by configuration or annotation but not in the pod's rules: port 9090. Traffic there goes through the sidecar.",
      },
      'for a port of a MeshConfig of FSM': {
        input: fsm({}, { outboundPorts: [5432] }),
        message:
          "Excluded by configuration or annotation but not in the pod's rules: port 5432. Traffic there goes through the sidecar.",
      },
      'for a port of the annotation': {
        input: annotated('8080'),
        message:
          "The annotation openservicemesh.io/outbound-port-exclusion-list is not in force, as when it is written on a running pod: it belongs into the workload's pod template. Excluded by configuration or annotation but not in the pod's rules: port 8080. Traffic there goes through the sidecar.",
      },
    },
    silent: {
      'for ports that are written as a range': scripted(
        extra('-I PROXY_OUTPUT -p tcp --dport 80:82 -j RETURN'),
        ports('82,80,81'),
      ),
      'for ports in several rules and in another order': scripted(
        extra(
          '-I PROXY_OUTPUT -p tcp --dport 7070 -j RETURN',
          '-I PROXY_OUTPUT -p tcp -m multiport --dports 6379 -j RETURN',
        ),
        ports('6379, 7070'),
      ),
      'for a port of an annotation that the injector ignores': annotated('8080, http'),
    },
  },
  ExcludedPortExtra: {
    raises: {
      'for a port that the configuration has lost': {
        input: scripted(GUIDE_SCRIPTS.ports, ports('6379, 7070')),
        message:
          "Excluded in the pod's rules but neither by configuration nor annotation: port 8080. Traffic there bypasses the mesh.",
      },
      'for all ports but one': {
        input: scripted(
          extra('-I PROXY_OUTPUT -p tcp -m multiport --dports 1:65535,1:65534 -j RETURN'),
          ports('80'),
        ),
        message:
          "Excluded in the pod's rules but neither by configuration nor annotation: port 1:79 and 81:65535. Traffic there bypasses the mesh.",
      },
    },
    silent: {
      'for a port that only the annotation names': annotated(
        '8080',
        extra('-I PROXY_OUTPUT -p tcp --dport 8080 -j RETURN'),
      ),
      'for a port of UDP, which the mesh leaves alone': scripted(
        extra('-I PROXY_OUTPUT -p udp --dport 53 -j RETURN'),
      ),
    },
  },
  PortAnnotationInvalid: {
    raises: {
      'for a name': {
        input: annotated('8080, http'),
        message:
          'The annotation openservicemesh.io/outbound-port-exclusion-list has a bad value: "http" (it is not a port number). The injector ignores all of it.',
      },
      'for an inbound port of an annotation that v1.1 and later refuse': {
        input: released('R4', {}, {}, asking('inboundPorts', '8080-8090')),
        message:
          'The annotation openservicemesh.io/inbound-port-exclusion-list has a bad value: "8080-8090" (it is not a port number). It was written after the pod was created: the injector refuses pods with it, so this pod cannot be created again.',
      },
      'for a number that OSM takes and iptables does not': {
        input: annotated('70000, 8080', extra('-I PROXY_OUTPUT -p tcp --dport 8080 -j RETURN')),
        message:
          'The annotation openservicemesh.io/outbound-port-exclusion-list has a bad value: "70000" (ports end at 65535). The injector takes it, iptables does not read it so.',
      },
    },
    silent: {
      'for white space and the last port': annotated(
        ' 8080 ,  65535',
        extra('-I PROXY_OUTPUT -p tcp -m multiport --dports 8080,65535 -j RETURN'),
      ),
      'for a bad port in the configuration': inputFor(meshedPod(), { configs: ports('http') }),
    },
  },
  InboundPortMissing: {
    raises: {
      'for a port that the MeshConfig has gained': {
        input: released('R2', {}, { inboundPorts: [9090] }),
        message:
          "Excluded for inbound traffic by configuration or annotation but not in the pod's rules: port 9090. Traffic to it goes through the sidecar.",
      },
      'for one of two, in v0.9 to v0.11': {
        input: released('R1', { inboundPorts: [8080] }, { inboundPorts: [8080, 9090] }),
        message:
          "Excluded for inbound traffic by configuration or annotation but not in the pod's rules: port 9090. Traffic to it goes through the sidecar.",
      },
      'for a port of an annotation that was written later': {
        input: released(
          'R3',
          {},
          {},
          {
            ...asking('inboundPorts', '9090'),
            annotatedAt: { [listAnnotation(OSM, 'inboundPorts')]: CREATED + 60_000 },
          },
        ),
        message:
          "The annotation openservicemesh.io/inbound-port-exclusion-list was probably written after the pod was created, and rules are installed once: it belongs into the workload's pod template. Excluded for inbound traffic by configuration or annotation but not in the pod's rules: port 9090. Traffic to it goes through the sidecar.",
      },
    },
    silent: {
      'for ports in another order': released(
        'R2',
        { inboundPorts: [9090, 8080] },
        { inboundPorts: [8080, 9090] },
      ),
      'for a port that a base rule lets pass': released('R2', {}, { inboundPorts: [15_901] }),
      'for the same port of outbound traffic': released('R2', {}, { outboundPorts: [9090] }),
      'for an annotation that v0.8 does not know': inputFor(meshedPod(asking('inboundPorts', '9090'))),
    },
  },
  InboundPortExtra: {
    raises: {
      'for a port that the MeshConfig of FSM has lost': {
        input: fsm({ inboundPorts: [{ written: '8080', value: 8080 }] }, {}),
        message:
          "Excluded for inbound traffic in the pod's rules but neither by configuration nor annotation: port 8080. Traffic to it bypasses the mesh.",
      },
      'for one of two, after a change': {
        input: released(
          'R3',
          { inboundPorts: [8080, 9090] },
          { inboundPorts: [8080], changedAt: CREATED + 60_000 },
        ),
        message:
          "The configuration was changed after the pod was created, and the pod still runs the rules of before. Excluded for inbound traffic in the pod's rules but neither by configuration nor annotation: port 9090. Traffic to it bypasses the mesh.",
      },
    },
    silent: {
      'for a port that only the annotation names': heard(
        'R3',
        { inboundPorts: [8080] },
        'inboundPorts',
        '8080',
      ),
      'for a port twice': released('R2', { inboundPorts: [8080, 8080] }, { inboundPorts: [8080] }),
      'when there is no configuration to say so': {
        ...released('R3', { inboundPorts: [8080] }, {}),
        configs: NO_CONFIG,
      },
    },
  },
  ExcludedInterfaceMissing: {
    raises: {
      'for an interface that the MeshConfig has gained': {
        input: released('R4', {}, { interfaces: ['net1'] }),
        message:
          "Excluded by the configuration but not in the pod's rules: interface net1. Its traffic goes through the sidecar.",
      },
      'for all interfaces of a kind where one is excluded': {
        input: released('R4', { interfaces: ['net1'] }, { interfaces: ['net+'] }),
        message:
          "Excluded by the configuration but not in the pod's rules: interface net+. Its traffic goes through the sidecar.",
      },
    },
    silent: {
      'for an interface that a wildcard holds': released(
        'R4',
        { interfaces: ['net+'] },
        { interfaces: ['net+', 'net1'] },
      ),
      'in a release that does not know the list': released('R2', {}, { interfaces: ['net1'] }),
      'when both have it, in a pod of FSM': fsm(
        { interfaces: [{ written: 'net1', value: 'net1' }] },
        { interfaces: ['net1'] },
      ),
    },
  },
  ExcludedInterfaceExtra: {
    raises: {
      'for an interface that the MeshConfig has lost': {
        input: released('R4', { interfaces: ['eth1', 'net1'] }, { interfaces: ['eth1'] }),
        message:
          "Excluded in the pod's rules but not by the configuration: interface net1. Its traffic bypasses the mesh.",
      },
      "for the pod's own interface": {
        input: released('R4', { interfaces: ['eth0'] }, {}),
        message:
          "Excluded in the pod's rules but not by the configuration: interface eth0. Its traffic bypasses the mesh.",
      },
    },
    silent: {
      'for interfaces in another order': released(
        'R4',
        { interfaces: ['net1', 'eth1'] },
        { interfaces: ['eth1', 'net1'] },
      ),
      'when there is no configuration to say so': {
        ...released('R4', { interfaces: ['net1'] }, {}),
        configs: NO_CONFIG,
      },
    },
  },
  IncludedRangeMissing: {
    raises: {
      'for a range that the list has gained': {
        input: released(
          'R3',
          { includedRanges: ['10.0.0.0/8'] },
          { includedRanges: ['10.0.0.0/8', '192.168.0.0/16'] },
        ),
        message:
          "Redirected by configuration or annotation but not by the pod's rules: 192.168.0.0/16. Traffic there bypasses the mesh.",
      },
      'for all the rest, when the list was emptied': {
        input: released('R4', { includedRanges: ['10.0.0.0/8'] }, { changedAt: CREATED + 60_000 }),
        message:
          "The configuration was changed after the pod was created, and the pod still runs the rules of before. Redirected by configuration or annotation but not by the pod's rules: all other addresses. Traffic there bypasses the mesh.",
      },
    },
    silent: {
      'for a range that two halves make up': released(
        'R3',
        { includedRanges: ['10.0.0.0/9', '10.128.0.0/9'] },
        { includedRanges: ['10.0.0.0/8'] },
      ),
      'for a range that is excluded too': released(
        'R4',
        { ranges: ['10.0.0.0/8'], includedRanges: ['172.16.0.0/12'] },
        { outboundRanges: ['10.0.0.0/8'], includedRanges: ['172.16.0.0/12', '10.1.0.0/16'] },
      ),
      'in a release that does not know the list': released('R2', {}, { includedRanges: ['10.0.0.0/8'] }),
    },
  },
  IncludedRangeExtra: {
    raises: {
      'for all the rest, when the first range was put on the list': {
        input: released('R3', {}, { includedRanges: ['10.0.0.0/8'] }),
        message:
          "Redirected by the pod's rules but left out by configuration or annotation: all other addresses. Traffic there goes through the sidecar.",
      },
      'for a range that the list of FSM has lost': {
        input: fsm(
          {
            includedRanges: ['10.0.0.0/8', '192.168.0.0/16'].map((written) => ({
              written,
              value: undefined,
            })),
          },
          { includedRanges: ['10.0.0.0/8'] },
        ),
        message:
          "Redirected by the pod's rules but left out by configuration or annotation: 192.168.0.0/16. Traffic there goes through the sidecar.",
      },
    },
    silent: {
      'for a range that only the annotation names': heard(
        'R3',
        { includedRanges: ['10.0.0.0/8'] },
        'includedRanges',
        '10.0.0.0/8',
      ),
      'for a range inside an included one': released(
        'R4',
        { includedRanges: ['10.0.0.0/8', '10.1.0.0/16'] },
        { includedRanges: ['10.0.0.0/8'] },
      ),
    },
  },
  RangeAnnotationInvalid: {
    raises: {
      'for an address without a prefix length, which the injector refuses': {
        input: released('R4', {}, {}, asking('outboundRanges', '10.0.0.5')),
        message:
          'The annotation openservicemesh.io/outbound-ip-range-exclusion-list has a bad value: "10.0.0.5" (it has no prefix length, as in 10.0.0.5/32). It was written after the pod was created: the injector refuses pods with it, so this pod cannot be created again.',
      },
      'for an included IPv6 range, which only iptables refuses': {
        input: released('R3', {}, {}, asking('includedRanges', 'fd00::/8')),
        message:
          'The annotation openservicemesh.io/outbound-ip-range-inclusion-list has a bad value: "fd00::/8" (iptables refuses it: host/network `fd00::\' not found). The injector takes it, iptables does not read it so.',
      },
    },
    silent: {
      'for host bits and white space': heard(
        'R4',
        { ranges: ['10.0.0.0/8', '1.1.1.1/32'] },
        'outboundRanges',
        ' 10.0.0.5/8 , 1.1.1.1/32',
      ),
      'for a bad range in the configuration': released('R4', {}, { outboundRanges: ['10.0.0.5'] }),
      'in a release that does not know the annotation': released(
        'R2',
        {},
        {},
        asking('outboundRanges', '10.0.0.5'),
      ),
    },
  },
  AnnotationNotKnown: {
    raises: {
      'for ranges, which no release before v1.1 knows': {
        input: inputFor(meshedPod(asking('outboundRanges', '1.1.1.1/32'))),
        message:
          'The annotation openservicemesh.io/outbound-ip-range-exclusion-list has no effect: the injector of OSM v0.8, which made the pod, does not know it.',
      },
      'for a bad value too': {
        input: released('R2', {}, {}, asking('includedRanges', '10.0.0.5')),
        message:
          'The annotation openservicemesh.io/outbound-ip-range-inclusion-list has no effect: the injector of OSM v1.0, which made the pod, does not know it.',
      },
      'for inbound ports in v0.8': {
        input: inputFor(meshedPod(asking('inboundPorts', '9090'))),
        message:
          'The annotation openservicemesh.io/inbound-port-exclusion-list has no effect: the injector of OSM v0.8, which made the pod, does not know it.',
      },
    },
    silent: {
      'for a release that knows it': heard('R3', { ranges: ['1.1.1.1/32'] }, 'outboundRanges', '1.1.1.1/32'),
      'for the annotation of another kind of mesh': inputFor(
        meshedPod({ annotations: { 'flomesh.io/outbound-ip-range-exclusion-list': '1.1.1.1/32' } }),
      ),
    },
  },
  RecreationWillFail: {
    raises: {
      'for a sixteenth port from the annotation': {
        input: withFifteen(asking('outboundPorts', '9090')),
        message:
          'A new pod will not start: iptables refuses "-A OSM_PROXY_OUTBOUND -p tcp --match multiport --dports 81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,9090 -j RETURN": too many ports specified (line 22 of the input). Configuration and annotations together make it so.',
      },
      'for a number that OSM takes and iptables does not': {
        input: released('R4', {}, {}, asking('inboundPorts', '70000')),
        message:
          'A new pod will not start: iptables refuses "-I OSM_PROXY_INBOUND -p tcp --match multiport --dports 70000 -j RETURN": invalid port/service `70000\' specified (line 15 of the input). An annotation of the pod makes it so.',
      },
      'for the mode PodIP in a pod whose first address is of IPv6': {
        input: released(
          'R4',
          { podIpMode: true },
          { localProxyMode: 'PodIP' },
          { addresses: ['fd00::5', '10.244.0.5'] },
        ),
        message:
          "A new pod will not start: the mode PodIP sends to the pod's address, which is the IPv6 address fd00::5, and iptables refuses it.",
      },
    },
    silent: {
      'for a port of the annotation that is among the fifteen': withFifteen(asking('outboundPorts', '95')),
      'for fifteen ports each way': released(
        'R4',
        { ports: FIFTEEN, inboundPorts: FIFTEEN },
        { outboundPorts: FIFTEEN },
        asking('inboundPorts', FIFTEEN.join(',')),
      ),
      'for the mode PodIP in a pod whose first address is of IPv4': released(
        'R4',
        { podIpMode: true },
        { localProxyMode: 'PodIP' },
        { addresses: ['10.244.0.5', 'fd00::5'] },
      ),
      'for sixteen ports of the configuration alone, which are told of it': released(
        'R4',
        {},
        {
          outboundPorts: [...FIFTEEN, 9090],
        },
      ),
    },
  },
  ConfigSettling: {
    raises: {
      'a moment after both': {
        input: settling({ outboundPorts: [9090] }, CREATED + 3000),
        message:
          'The pod was created around the time of a change of the configuration, and its exclusions are not those of now; the injector may still have had the former ones.',
      },
      'for a list of included ranges': {
        input: settling({ includedRanges: ['10.0.0.0/8'] }, CREATED + 5999),
        message:
          'The pod was created around the time of a change of the configuration, and its exclusions are not those of now; the injector may still have had the former ones.',
      },
    },
    silent: {
      'when the time is over': settling({ outboundPorts: [9090] }, CREATED + 6000),
      'when the rules are already those of now': settling({}, CREATED + 3000),
      'when the pod is older': {
        ...released('R4', {}, { outboundPorts: [9090], changedAt: CREATED + 5000 }),
        now: CREATED + 6000,
      },
    },
  },
  EverythingExcluded: {
    raises: {
      'for two halves of all addresses': {
        input: heard(
          'R4',
          { ranges: ['0.0.0.0/1', '128.0.0.0/1'] },
          'outboundRanges',
          '0.0.0.0/1, 128.0.0.0/1',
        ),
        message:
          'With the annotations of the pod no outbound TCP traffic of its application is redirected: all of it bypasses the mesh.',
      },
      'for an included range that the configuration excludes': {
        input: heard(
          'R3',
          { ranges: ['10.0.0.0/8'], includedRanges: ['10.1.0.0/16'] },
          'includedRanges',
          '10.1.0.0/16',
          { outboundRanges: ['10.0.0.0/8'] },
        ),
        message:
          'With the annotations of the pod no outbound TCP traffic of its application is redirected: all of it bypasses the mesh.',
      },
    },
    silent: {
      'for one half': heard('R4', { ranges: ['0.0.0.0/1'] }, 'outboundRanges', '0.0.0.0/1'),
      'for everything in the configuration alone': released(
        'R4',
        { ranges: ['0.0.0.0/0'] },
        { outboundRanges: ['0.0.0.0/0'] },
      ),
      'for an annotation that the release does not know': released(
        'R2',
        {},
        {},
        asking('outboundRanges', '0.0.0.0/0'),
      ),
    },
  },
  SettingNotKnown: {
    raises: {
      'for interfaces in v1.0': {
        input: released('R2', {}, { interfaces: ['net1'] }),
        message:
          'MeshConfig/osm-system/osm-mesh-config says something in spec.traffic.networkInterfaceExclusionList that the injector of OSM v1.0, which made the pod, does not know: it is not in force here.',
      },
      'for two settings in v1.1.0': {
        input: released('R3', {}, { interfaces: ['net1'], localProxyMode: 'PodIP' }),
        message:
          'MeshConfig/osm-system/osm-mesh-config says something in spec.traffic.networkInterfaceExclusionList and spec.sidecar.localProxyMode that the injector of OSM v1.1.0, which made the pod, does not know: it is not in force here.',
      },
    },
    silent: {
      'in a release that knows them': released(
        'R4',
        { interfaces: ['net1'], podIpMode: true },
        { interfaces: ['net1'], localProxyMode: 'PodIP' },
      ),
      'for a setting with its usual value': released('R2', {}, { localProxyMode: 'Localhost' }),
      'for the DNS proxy, which needs no rule in FSM v1.4.17': fsm({}, { dnsProxy: true }),
    },
  },
};
