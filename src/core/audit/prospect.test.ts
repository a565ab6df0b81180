/** Pods that are only to be created, and pods that are to be created again. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  configSet,
  configWith,
  container,
  inputFor,
  meshConfig,
  meshedPod,
  namespaceOf,
  NO_CONFIG,
  plainPod,
} from '../../testing/builders.ts';
import { initOf, MONITORED } from '../../testing/cases/inputs.ts';
import type { ConfigSet } from '../osm/choose-config.ts';
import { withoutInjection } from '../osm/inject.ts';
import type { MeshConfigResource } from '../osm/mesh-config.ts';
import {
  FSM,
  INJECTION_ANNOTATION,
  injectionAnnotation,
  monitoredByLabel,
  MONITORED_BY_LABEL,
  OSM,
  OUTBOUND_PORTS_ANNOTATION,
} from '../osm/names.ts';
import type { Namespace, Pod } from '../osm/pod.ts';
import { V0_11, V1_0, V1_2 } from '../osm/releases.ts';
import { prospectOf } from './prospect.ts';

interface Case {
  readonly pod?: Partial<Pod>;
  readonly config?: Partial<MeshConfigResource>;
  readonly configs?: ConfigSet;
  /** null is one that is not known. */
  readonly namespace?: Namespace | null;
  /** The status and the findings, with their severities. */
  readonly told: string;
  readonly stops?: readonly string[];
}

const annotated = (list: string, name = OUTBOUND_PORTS_ANNOTATION): Partial<Pod> => ({
  annotations: { [name]: list },
});
const FIFTEEN = Array.from({ length: 15 }, (_, i) => 81 + i);
const SIXTEEN = [...FIFTEEN, 96];
/** A mesh whose control plane tells its version. */
const ofVersion = (version: string, config: Partial<MeshConfigResource> = {}): ConfigSet =>
  configSet([meshConfig(config)], { meshes: [{ name: 'osm', namespace: 'osm-system', version }] });

const CASES: Readonly<Record<string, Case>> = {
  'a pod of which nothing is wrong': { told: 'Verified', config: { outboundPorts: FIFTEEN } },
  'a sixteenth port by its annotation': {
    pod: annotated('9090'),
    config: { outboundPorts: FIFTEEN },
    told: 'Discrepant RecreationWillFail/error',
    stops: ['RecreationWillFail'],
  },
  'a port of its annotation that iptables does not take': {
    pod: annotated('70000'),
    told: 'Discrepant RecreationWillFail/error PortAnnotationInvalid/warning',
    stops: ['RecreationWillFail'],
  },
  'a port of its annotation that the injector does not take': {
    pod: annotated('http'),
    told: 'Discrepant PortAnnotationInvalid/error',
    stops: ['PortAnnotationInvalid'],
  },
  'the same where the injector drops it': {
    pod: annotated('http'),
    configs: ofVersion('v1.0.0'),
    told: 'Verified PortAnnotationInvalid/warning',
  },
  'an annotation that its release does not know': {
    pod: annotated('8080', 'openservicemesh.io/inbound-port-exclusion-list'),
    configs: configWith({}),
    told: 'Verified AnnotationNotKnown/warning',
  },
  'a configuration that iptables refuses': {
    config: { outboundPorts: SIXTEEN },
    told: 'Discrepant RecreationWillFail/error ConfigPortInvalid/error',
    stops: ['RecreationWillFail'],
  },
  'an annotation that excludes everything': {
    pod: annotated('0.0.0.0/0', 'openservicemesh.io/outbound-ip-range-exclusion-list'),
    told: 'Verified EverythingExcluded/warning',
  },
  'a bad value in the annotation that asks for a sidecar': {
    pod: { annotations: { [INJECTION_ANNOTATION]: 'on' } },
    told: 'Discrepant InjectionAnnotationInvalid/error',
    stops: ['InjectionAnnotationInvalid'],
  },
  'the same on its namespace': {
    namespace: { ...MONITORED, annotations: { [INJECTION_ANNOTATION]: 'on' } },
    told: 'Discrepant InjectionAnnotationInvalid/error',
    stops: ['InjectionAnnotationInvalid'],
  },
  'a pod that opts out': {
    pod: { annotations: { [INJECTION_ANNOTATION]: 'no' } },
    told: 'NotApplicable NotInMesh/info',
  },
  'a pod that asks for a sidecar where nobody listens': {
    pod: { annotations: { [INJECTION_ANNOTATION]: 'enabled' } },
    namespace: namespaceOf('test'),
    told: 'NotApplicable NotInMesh/info InjectionUnheard/warning',
  },
  "an application that runs as the sidecar's user": {
    pod: { containers: [container('app', { runAsUser: 1500 })] },
    told: 'Discrepant AppRunsAsProxyUser/error',
  },
  "an application on a port of the mesh's own": {
    pod: { containers: [container('app', { ports: [{ port: 15003, protocol: 'TCP' }] })] },
    told: 'Verified MeshPortUsed/warning',
  },
  'a native sidecar in front of osm-init': {
    pod: { initContainers: [{ ...initOf('R4'), name: 'log-shipper', keepsRunning: true }] },
    told: 'Verified SidecarBeforeRedirection/warning',
  },
  'an init container, which stands in front of osm-init': {
    pod: { initContainers: [{ ...initOf('R4'), name: 'migrate' }] },
    told: 'Verified',
  },
  "a pod of its node's network, which later injectors pass over": {
    pod: { hostNetwork: true },
    told: 'NotApplicable NotInMesh/info',
  },
  "a pod of its node's network, which an early injector does not pass over": {
    pod: { hostNetwork: true },
    configs: configWith({}),
    told: 'Discrepant NodeRedirected/error',
  },
  'a pod for Windows, which gets a sidecar and no rules': {
    pod: { windows: true },
    told: 'NotApplicable NotInMesh/info',
  },
  'a mesh that has no rules in pods': {
    config: { interception: 'ebpf' },
    told: 'NotApplicable NotInMesh/info',
  },
  'a mesh without a configuration, by an annotation that no injector takes': {
    pod: annotated('http'),
    configs: NO_CONFIG,
    told: 'Unknown ConfigMissing/warning PortAnnotationInvalid/warning',
  },
  'a namespace that is not known': { namespace: null, told: 'Unknown NamespaceUnknown/warning' },
  'a namespace that is not known, and what would be wrong in a mesh': {
    namespace: null,
    pod: { ...annotated('70000'), containers: [container('app', { runAsUser: 1500 })] },
    told: 'Unknown NamespaceUnknown/warning PortAnnotationInvalid/warning RecreationWillFail/warning AppRunsAsProxyUser/warning',
  },
  'a configuration that a shell executes': {
    config: { interfaces: ['$(id)'] },
    told: 'Discrepant ConfigExecutes/error ConfigInterfaceInvalid/error',
  },
  'a mesh that no webhook injects for': {
    configs: configSet([meshConfig()], {
      meshes: [
        {
          name: 'two',
          namespace: 'osm-two',
          injector: { webhook: 'two', failsOpen: false, hasAuthority: true },
        },
        { name: 'osm', namespace: 'osm-system' },
      ],
    }),
    told: 'Verified InjectorMissing/warning',
  },
};

function told({ pod = {}, config = {}, configs, namespace = MONITORED }: Omit<Case, 'told'>): {
  readonly told: string;
  readonly stops: readonly string[];
} {
  const { report, stops } = prospectOf(
    inputFor(plainPod({ addresses: [], ...pod }), {
      namespace: namespace ?? undefined,
      configs: configs ?? configSet([meshConfig(config)]),
    }),
  );
  const findings = report.findings.map(({ name, severity }) => `${name}/${severity}`);
  return { told: [report.status, ...findings].join(' '), stops: stops.map(({ name }) => name) };
}

describe('prospectOf', () => {
  for (const [what, { told: expected, stops = [], ...rest }] of Object.entries(CASES)) {
    it(`foretells ${what}`, () => {
      expect(told(rest)).to.deep.equal({ told: expected, stops });
    });
  }

  it('says that the injector refuses the pod, and not that it was written later', () => {
    const { report } = prospectOf(
      inputFor(plainPod(annotated('http')), { namespace: MONITORED, configs: configSet([meshConfig()]) }),
    );
    expect(report.findings[0]?.message).to.equal(
      'The annotation openservicemesh.io/outbound-port-exclusion-list has a bad value: "http" (it is not a port number). The injector refuses pods with it.',
    );
  });

  for (const [name, list, refused] of [
    ['outbound-port-exclusion-list', '70000', '--dports 70000'],
    ['inbound-port-exclusion-list', '70000', '-I OSM_PROXY_INBOUND'],
    ['outbound-ip-range-exclusion-list', 'fd00::/8', '-d fd00::/8'],
    ['outbound-ip-range-inclusion-list', 'fd00::/8', '-d fd00::/8'],
  ] as const) {
    it(`names ${name} where its text is refused, among others that are good`, () => {
      const annotations = {
        'openservicemesh.io/outbound-port-exclusion-list': '80',
        'openservicemesh.io/inbound-port-exclusion-list': '80',
        'openservicemesh.io/outbound-ip-range-exclusion-list': '10.0.0.0/8',
        'openservicemesh.io/outbound-ip-range-inclusion-list': '10.0.0.0/8',
        [`openservicemesh.io/${name}`]: list,
      };
      const configs = configSet([meshConfig()]);
      const { stops } = prospectOf(inputFor(plainPod({ annotations }), { namespace: MONITORED, configs }));
      expect(stops[0]?.message).to.include(refused);
      expect(stops[0]?.evidence.source).to.equal(`openservicemesh.io/${name}`);
    });
  }

  it('says that the configuration alone is at fault', () => {
    const { report } = prospectOf(
      inputFor(plainPod(), {
        namespace: MONITORED,
        configs: configSet([meshConfig({ outboundPorts: [70_000] })]),
      }),
    );
    expect(report.findings[0]?.message).to.equal(
      'A new pod will not start: iptables refuses "-A OSM_PROXY_OUTBOUND -p tcp --match multiport --dports 70000 -j RETURN": invalid port/service `70000\' specified (line 22 of the input). The configuration makes it so.',
    );
  });

  it('takes the release of the control plane before that which made the pod', () => {
    const input = inputFor(plainPod(), { namespace: MONITORED, configs: ofVersion('v1.0.0') });
    expect(prospectOf(input, { product: OSM, release: V1_2 }).judgement?.release).to.equal(V1_0);
    const unsaid = { ...input, configs: configSet([meshConfig()]) };
    expect(prospectOf(unsaid, { product: OSM, release: V0_11 }).judgement?.release).to.equal(V0_11);
    expect(prospectOf(unsaid).judgement?.release).to.equal(V1_2);
  });

  it('knows the user of a mesh that was built with another one', () => {
    const pod = plainPod({ containers: [container('app', { runAsUser: 2000 })] });
    for (const configs of [ofVersion('v1.2.4'), configSet([meshConfig()])]) {
      const input = inputFor(pod, { namespace: MONITORED, configs });
      expect(prospectOf(input).report.status).to.equal('Verified');
      expect(prospectOf({ ...input, fork: { uid: 2000 } }).report.status).to.equal('Discrepant');
    }
  });

  it('foretells a pod of FSM by its own configuration', () => {
    const namespace = namespaceOf('test', {
      labels: { [monitoredByLabel(FSM)]: 'fsm' },
      annotations: { [injectionAnnotation(FSM)]: 'enabled' },
    });
    const configs = configSet([meshConfig(), meshConfig({ product: FSM, name: 'fsm-mesh-config' })]);
    expect(prospectOf(inputFor(plainPod(), { namespace, configs })).report).to.include({
      status: 'Verified',
      dialect: 'FSM',
    });
  });

  it('takes a pod that was injected once for one of the mesh, also where its namespace is not known', () => {
    const pod = withoutInjection(meshedPod(annotated('70000')));
    const input = inputFor(pod, { configs: configSet([meshConfig()]) });
    expect(prospectOf(input, { product: OSM, release: V1_2 }).stops).to.have.length(1);
    expect(prospectOf(input).stops).to.deep.equal([]);
  });

  it('judges a template that carries the containers of a running pod by its own rules', () => {
    const input = inputFor(meshedPod({ initContainers: [initOf('R4', { ports: [6379] })] }), {
      namespace: MONITORED,
      configs: configSet([meshConfig()]),
    });
    expect(prospectOf(input).report.findings.map(({ name }) => name)).to.deep.equal(['ExcludedPortExtra']);
  });

  it('never fails, whatever stands on the pod and its namespace', () => {
    const label = fc.constantFrom('osm', 'two', '');
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('80', '70000', ''));
    const annotation = fc.constantFrom(
      INJECTION_ANNOTATION,
      OUTBOUND_PORTS_ANNOTATION,
      'openservicemesh.io/outbound-ip-range-inclusion-list',
    );
    fc.assert(
      fc.property(
        fc.dictionary(annotation, value),
        fc.option(fc.dictionary(fc.constantFrom(MONITORED_BY_LABEL, 'control-plane'), label)),
        fc.boolean(),
        fc.boolean(),
        (annotations, labels, hostNetwork, windows) => {
          const namespace =
            labels === null ? undefined : namespaceOf('test', { labels, annotations: MONITORED.annotations });
          const { report, stops } = prospectOf(
            inputFor(plainPod({ annotations, hostNetwork, windows }), { namespace }),
          );
          expect(report.findings.map(({ name }) => name)).not.to.include('JudgementFailed');
          if (stops.length > 0) expect(report.status).to.equal('Discrepant');
        },
      ),
    );
  });
});
