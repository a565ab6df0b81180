import { expect } from 'chai';
import { FSM, OSM } from '../core/osm/names.ts';
import { configMapSnapshot, meshConfigSnapshot, SnapshotError } from './snapshot.ts';

const metadata = { name: 'osm-mesh-config', namespace: 'osm-system', uid: 'u' };
const osm = meshConfigSnapshot(OSM);

describe('configMapSnapshot and meshConfigSnapshot', () => {
  const readers = { configMapSnapshot, meshConfigSnapshot: osm };
  for (const [name, read] of Object.entries(readers)) {
    it(`${name} dates the change by the newest managed field, or else by the creation`, () => {
      const changedAt = (rest: object): number | undefined =>
        read({ metadata: { ...metadata, ...rest } }).changedAt;
      const creationTimestamp = '2021-03-22T09:26:14Z';
      const managedFields = [{ time: '2021-03-23T00:00:00Z' }, {}, { time: '2021-03-22T10:00:00Z' }];
      expect(changedAt({ creationTimestamp, managedFields })).to.equal(Date.parse('2021-03-23T00:00:00Z'));
      expect(changedAt({ creationTimestamp })).to.equal(Date.parse(creationTimestamp));
      expect(changedAt({})).to.equal(undefined);
      const many = Array.from({ length: 300_000 }, () => ({ time: creationTimestamp }));
      expect(changedAt({ managedFields: many })).to.equal(Date.parse(creationTimestamp));
    });

    it(`${name} takes the mesh's name from the labels, the newer one first`, () => {
      const mesh = (labels: object): string | undefined => read({ metadata: { ...metadata, labels } }).mesh;
      expect(mesh({ 'app.kubernetes.io/instance': 'a', meshName: 'b' })).to.equal('a');
      expect(mesh({ meshName: 'b' })).to.equal('b');
      expect(mesh({ 'app.kubernetes.io/instance': '', meshName: 'b' })).to.equal('b');
      expect(mesh({ app: 'osm-controller' })).to.equal(undefined);
    });
  }
});

describe('configMapSnapshot', () => {
  it('refuses data that is no text: YAML reads a single port as a number', () => {
    const data = { outbound_port_exclusion_list: 6379 };
    expect(() => configMapSnapshot({ metadata, data }))
      .to.throw(SnapshotError)
      .with.property('message', 'data.outbound_port_exclusion_list: expected text');
  });
});

describe('meshConfigSnapshot', () => {
  const empty = {
    namespace: 'osm-system',
    name: 'osm-mesh-config',
    uid: 'u',
    changedAt: undefined,
    mesh: undefined,
    product: OSM,
    outboundRanges: [],
    includedRanges: [],
    outboundPorts: [],
    inboundPorts: [],
    interfaces: [],
    localProxyMode: '',
    dnsProxy: false,
    interception: '',
    initImage: '',
    sidecarImage: '',
  };

  it('takes what matters for redirection', () => {
    const spec = {
      traffic: {
        outboundIPRangeExclusionList: ['1.1.1.1/32'],
        outboundIPRangeInclusionList: ['10.0.0.0/8'],
        outboundPortExclusionList: [6379, 70000],
        inboundPortExclusionList: [80],
        networkInterfaceExclusionList: ['net1'],
        interceptionMode: 'iptables',
        enableEgress: true,
      },
      sidecar: {
        localProxyMode: 'PodIP',
        localDNSProxy: { enable: true, primaryUpstreamDNSServerIPAddr: '10.96.0.10' },
        initContainerImage: 'openservicemesh/init:v1.2.4',
        envoyImage: 'envoyproxy/envoy:v1.24',
        logLevel: 'error',
      },
      certificate: { serviceCertValidityDuration: '24h' },
    };
    expect(osm({ metadata, spec })).to.deep.equal({
      ...empty,
      outboundRanges: ['1.1.1.1/32'],
      includedRanges: ['10.0.0.0/8'],
      outboundPorts: [6379, 70000],
      inboundPorts: [80],
      interfaces: ['net1'],
      localProxyMode: 'PodIP',
      dnsProxy: true,
      interception: 'iptables',
      initImage: 'openservicemesh/init:v1.2.4',
      sidecarImage: 'envoyproxy/envoy:v1.24',
    });
  });

  const nothing: Readonly<Record<string, object>> = {
    'no spec': {},
    'a spec that is null': { spec: null },
    'an empty spec': { spec: {} },
    'empty parts': { spec: { traffic: {}, sidecar: {} } },
    'parts that are null': { spec: { traffic: null, sidecar: null } },
    'fields that are null': {
      spec: {
        traffic: {
          outboundIPRangeExclusionList: null,
          outboundPortExclusionList: null,
          interceptionMode: null,
        },
        sidecar: { localProxyMode: null, localDNSProxy: null, envoyImage: null, sidecarImage: null },
      },
    },
  };
  for (const [sentence, rest] of Object.entries(nothing)) {
    it(`takes ${sentence} as the default`, () => {
      expect(osm({ metadata, ...rest })).to.deep.equal(empty);
    });
  }

  it('says whose configuration it is', () => {
    expect(meshConfigSnapshot(FSM)({ metadata }).product).to.equal(FSM);
  });

  const dns: Readonly<Record<string, readonly [unknown, boolean]>> = {
    'off where the object does not say': [{}, false],
    'on where it is enabled': [{ enable: true }, true],
    'off where it is not': [{ enable: false }, false],
    'on where it is but a switch': [true, true],
    'off where the switch is off': [false, false],
  };
  for (const [sentence, [localDNSProxy, expected]] of Object.entries(dns)) {
    it(`takes the DNS proxy as ${sentence}`, () => {
      expect(osm({ metadata, spec: { sidecar: { localDNSProxy } } }).dnsProxy).to.equal(expected);
    });
  }

  it('takes the image of the sidecar by either name', () => {
    const image = (sidecar: object): string => osm({ metadata, spec: { sidecar } }).sidecarImage;
    expect(image({ sidecarImage: 'pipy' })).to.equal('pipy');
    expect(image({ sidecarImage: 'pipy', envoyImage: '' })).to.equal('pipy');
    expect(image({ sidecarImage: 'pipy', envoyImage: 'envoy' })).to.equal('envoy');
  });

  const wrong: Readonly<Record<string, readonly [object, string]>> = {
    'a port in quotes': [
      { traffic: { outboundPortExclusionList: [80, '81'] } },
      'spec.traffic.outboundPortExclusionList.1: expected a number',
    ],
    'half a port': [
      { traffic: { inboundPortExclusionList: [80.5] } },
      'spec.traffic.inboundPortExclusionList.0: expected a whole number',
    ],
    'ranges in one text': [
      { traffic: { outboundIPRangeExclusionList: '1.1.1.1/32,2.2.2.2/32' } },
      'spec.traffic.outboundIPRangeExclusionList: expected a list of texts',
    ],
    'an interface that is no text': [
      { traffic: { networkInterfaceExclusionList: [0] } },
      'spec.traffic.networkInterfaceExclusionList.0: expected text',
    ],
    'a DNS proxy that is enabled by a text': [
      { sidecar: { localDNSProxy: { enable: 'true' } } },
      'spec.sidecar.localDNSProxy.enable: expected true or false',
    ],
    'a DNS proxy that is a text': [
      { sidecar: { localDNSProxy: 'true' } },
      'spec.sidecar.localDNSProxy: expected a mapping',
    ],
    'a part that is a list': [{ traffic: [] }, 'spec.traffic: expected a mapping'],
  };
  for (const [sentence, [spec, message]] of Object.entries(wrong)) {
    it(`refuses ${sentence} and names the place`, () => {
      expect(() => osm({ metadata, spec }))
        .to.throw(SnapshotError)
        .with.property('message', message);
    });
  }
});
