/** The objects that the documentation talks about, by the names that it gives them. */
import { GUIDE, V1_0 } from '../../src/core/osm/releases.ts';
import { scriptIn } from '../../src/testing/osm-scripts.ts';
import { OSM_CONFIG_GROUP } from '../../src/testing/kube/mesh-config-crd.ts';
import { manifestOf, statusOf, type RecordedPod } from '../scenarios/recorded-pods.ts';
import type { Placeholders } from './placeholders.ts';

export const MESH_NAMESPACE = 'osm-system';
/** Where readers' pods are; kubectl's own namespace, too. */
export const NAMESPACE = 'bookstore';
/** A pod that has all that a command may ask for, so that a path that finds nothing is a wrong path. */
export const EVERYTHING = 'everything';

export const PLACEHOLDERS: Placeholders = {
  NAMESPACE,
  POD: EVERYTHING,
  IMAGE: 'openservicemesh/init:v0.8.4',
};

const RANGES = ['10.99.0.0/16'];
const PORTS = [6379];
/** More than are told one by one: the others' Event is on the configuration. */
const OUTDATED = 12;

const namespace = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: { 'openservicemesh.io/monitored-by': 'osm' },
    annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
  },
});

const config = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'osm-config', namespace: MESH_NAMESPACE },
  data: {
    outbound_ip_range_exclusion_list: RANGES.join(', '),
    outbound_port_exclusion_list: PORTS.join(', '),
  },
};

const webhook = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'osm-webhook-osm', labels: { 'app.kubernetes.io/version': 'v0.8.4' } },
  webhooks: [
    {
      name: 'osm-inject.k8s.io',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore', // nobody answers here
      clientConfig: {
        caBundle: Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64'),
        service: { name: 'osm-controller', namespace: MESH_NAMESPACE },
      },
      namespaceSelector: { matchLabels: { 'openservicemesh.io/monitored-by': 'osm' } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['bindings'] }],
    },
  ],
};

/** What there is before any pod. */
export const OBJECTS: readonly object[] = [
  namespace(NAMESPACE),
  namespace('test'),
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: MESH_NAMESPACE } },
  config,
  webhook,
];

/** What an upgrade to v1.0 adds; its definition comes first. */
export const MESH_CONFIG = {
  apiVersion: `${OSM_CONFIG_GROUP}/v1alpha1`,
  kind: 'MeshConfig',
  metadata: { name: 'osm-mesh-config', namespace: MESH_NAMESPACE },
  spec: {
    sidecar: {
      envoyImage: 'envoyproxy/envoy-alpine:v1.19.3',
      initContainerImage: 'openservicemesh/init:v1.2.3',
    },
    traffic: {
      outboundIPRangeExclusionList: RANGES,
      outboundIPRangeInclusionList: ['10.0.0.0/8'],
      outboundPortExclusionList: PORTS,
      inboundPortExclusionList: [9090],
      networkInterfaceExclusionList: ['net1'],
    },
  },
};

const scriptOf = (ranges: readonly string[]): object => ({
  args: ['-c', scriptIn(GUIDE.dialect, { ranges, ports: PORTS })],
});

/** Parts of scripts of many releases, one after the other. Nobody runs it. */
const ALL_SCRIPTS = [
  scriptIn(GUIDE.dialect),
  'iptables -t nat -I OSM_PROXY_OUTBOUND -o net1 -j RETURN',
  'iptables -t nat -I OSM_PROXY_INBOUND -i net1 -j RETURN',
  'iptables -t nat -A OUTPUT -p udp --dport 53 -j DNAT --to-destination 127.0.0.153',
  'ip6tables -t nat -N OSM_PROXY_INBOUND',
  'echo `id`',
].join('\n');

export interface TalkedAboutPod {
  readonly name: string;
  readonly manifest: object;
  readonly status: Readonly<Record<string, unknown>>;
}

const podOf = (pod: RecordedPod, namespace: string): TalkedAboutPod => ({
  name: pod.name,
  manifest: manifestOf(pod, namespace),
  status: statusOf(pod),
});

/** With a user for each container, the network of its node, and the volume of its sidecar. */
function everything(): TalkedAboutPod {
  const pod = podOf(
    {
      name: EVERYTHING,
      recorded: 'good',
      node: 'node1',
      annotations: {
        'openservicemesh.io/sidecar-injection': 'enabled',
        'openservicemesh.io/outbound-port-exclusion-list': '6379',
      },
      init: {
        args: ['-c', ALL_SCRIPTS],
        securityContext: { runAsUser: 0, capabilities: { add: ['NET_ADMIN'] } },
      },
    },
    NAMESPACE,
  );
  const { spec, ...rest } = pod.manifest as { readonly spec: { readonly containers: readonly object[] } };
  const containers = spec.containers.map((each) => ({ securityContext: { runAsUser: 1000 }, ...each }));
  const volumes = [{ name: 'envoy-bootstrap-config', secret: { secretName: 'envoy-bootstrap-config-1' } }];
  const securityContext = { runAsUser: 1000 };
  return {
    ...pod,
    manifest: { ...rest, spec: { ...spec, hostNetwork: true, securityContext, containers, volumes } },
  };
}

const good = (name: string, ranges: readonly string[]): TalkedAboutPod =>
  podOf({ name, recorded: 'good', init: scriptOf(ranges) }, NAMESPACE);

/** By namespace. */
export const PODS: Readonly<Record<string, readonly TalkedAboutPod[]>> = {
  [NAMESPACE]: [
    good('web', RANGES),
    good('web-0', RANGES),
    ...Array.from({ length: OUTDATED }, (_, at) => good(`bookbuyer-${at}`, [...RANGES, '10.0.0.0/8'])),
    everything(),
  ],
  test: [podOf({ name: 'iprange-fixed', recorded: 'iprange-fixed' }, 'test')],
};

/** A pod that only a release with a MeshConfig can have made. */
export const UPGRADED: TalkedAboutPod = podOf(
  {
    name: 'upgraded',
    recorded: 'good',
    init: {
      image: 'openservicemesh/init:v1.0.0',
      args: ['-c', scriptIn(V1_0.dialect, { ranges: RANGES, ports: PORTS, inboundPorts: [9090] })],
    },
  },
  NAMESPACE,
);
