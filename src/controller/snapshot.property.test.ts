import { expect } from 'chai';
import fc from 'fast-check';
import { audit } from '../core/audit/audit.ts';
import { prospectOf } from '../core/audit/prospect.ts';
import { FSM } from '../core/osm/names.ts';
import { inputFor } from '../testing/builders.ts';
import { readJson } from '../testing/repository.ts';
import {
  configMapSnapshot,
  meshConfigSnapshot,
  meshOfDeployment,
  meshOfWebhook,
  namespaceSnapshot,
  podSnapshot,
  SnapshotError,
} from './snapshot.ts';
import { workloadSnapshot } from './workload-snapshot.ts';

type Path = readonly (string | number)[];

const recorded = ['good', 'envoy-crash', 'init-bad-rule.second-failure', 'deployment-good'].map((name) =>
  readJson(`examples/recorded/${name}.json`),
);
/** What the recorded pods do not have. */
const rich = {
  metadata: {
    name: 'rich',
    annotations: { 'flomesh.io/inbound-port-exclusion-list': '80', 'kubernetes.io/config.mirror': 'x' },
    managedFields: [
      {
        time: '2021-03-22T09:26:14Z',
        fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:flomesh.io/inbound-port-exclusion-list': {} } } },
      },
    ],
  },
  spec: {
    os: { name: 'linux' },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    securityContext: { runAsUser: 0 },
    volumes: [{ secret: { secretName: 'sidecar-bootstrap-config-1' } }],
    initContainers: [
      {
        name: 'fsm-init',
        restartPolicy: 'Always',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        securityContext: { runAsUser: 0, privileged: true, capabilities: { add: ['NET_ADMIN'] } },
      },
    ],
    containers: [{ name: 'sidecar', image: 'pipy', ports: [{ containerPort: 15003 }] }],
    ephemeralContainers: [{ name: 'debugger', image: 'busybox' }],
  },
  status: {
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }],
    ephemeralContainerStatuses: [{ name: 'debugger', state: { running: {} } }],
  },
};
const pods = [...recorded, rich];

/** The way to every value inside `value`. */
function paths(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, child]) =>
    paths(child, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return [at, ...below];
}

/** A copy with another value at one place; undefined there removes it. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const child = replaced(copy[key], rest, by);
  if (child === undefined && !Array.isArray(copy)) Reflect.deleteProperty(copy, key);
  else copy[key] = child;
  return copy;
}

const damaged = <T>(objects: readonly T[]): fc.Arbitrary<{ object: T; path: Path; by: unknown }> =>
  fc.constantFrom(...objects).chain((object) =>
    fc.record({
      object: fc.constant(object),
      path: fc.constantFrom(...paths(object)),
      by: fc.oneof(fc.anything(), fc.jsonValue(), fc.constantFrom(undefined, null, [], {}, '', 0, NaN)),
    }),
  );

/** The facts, or undefined if they were refused for a place on the way to the damage. */
function read<F>(reader: (object: unknown) => F, object: unknown, path: Path): F | undefined {
  try {
    return reader(object);
  } catch (error) {
    expect(error).to.be.instanceOf(SnapshotError);
    const place = (error as SnapshotError).path;
    const common = Math.min(place.length, path.length);
    expect(place.slice(0, common)).to.deep.equal(path.slice(0, common));
    return undefined;
  }
}

describe('podSnapshot of a damaged pod', () => {
  it('gives facts that can be judged, or a SnapshotError on the way to the damage, and nothing else', () => {
    fc.assert(
      fc.property(damaged(pods), ({ object, path, by }) => {
        const facts = read(podSnapshot, replaced(object, path, by), path);
        if (facts === undefined) return;
        expect(audit(inputFor(facts.pod)).status).to.be.oneOf([
          'Verified',
          'Discrepant',
          'Unknown',
          'NotApplicable',
        ]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('workloadSnapshot of a damaged workload', () => {
  const path = ['spec', 'template'];
  const metadata = { name: 'web', ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }] };
  const { spec, metadata: inner } = rich;
  const workload = {
    kind: 'ReplicaSet',
    metadata,
    spec: { replicas: 1, template: { metadata: inner, spec } },
    status: { conditions: [{ type: 'Complete', status: 'True' }] },
  };

  it('gives a pod that can be foretold, or a SnapshotError on the way to the damage', () => {
    fc.assert(
      fc.property(damaged([workload]), ({ object, path: at, by }) => {
        const facts = read((each) => workloadSnapshot(each, path, 'shop'), replaced(object, at, by), at);
        if (facts === undefined) return;
        const { findings } = prospectOf(inputFor(facts.pod)).report;
        expect(findings.map(({ name }) => name)).not.to.include('JudgementFailed');
      }),
      { numRuns: 300 },
    );
  });
});

describe('every snapshot', () => {
  const metadata = {
    name: 'a',
    namespace: 'osm-system',
    labels: { app: 'osm-controller', 'openservicemesh.io/monitored-by': 'osm' },
    managedFields: [{ time: '2021-03-22T09:26:14Z', fieldsV1: {} }],
  };
  const traffic = {
    outboundIPRangeExclusionList: ['1.1.1.1/32'],
    outboundPortExclusionList: [80],
    interceptionMode: 'iptables',
  };
  const sidecar = { localProxyMode: 'PodIP', localDNSProxy: { enable: true }, envoyImage: 'envoy' };
  const webhook = {
    name: 'osm-inject.k8s.io',
    namespaceSelector: { matchLabels: { 'openservicemesh.io/monitored-by': 'osm' } },
    clientConfig: { service: { namespace: 'osm-system' } },
  };
  const containers = [{ args: ['--mesh-name', 'osm'] }];
  const readers: Readonly<Record<string, readonly [(object: unknown) => unknown, object]>> = {
    podSnapshot: [podSnapshot, rich],
    namespaceSnapshot: [namespaceSnapshot, { metadata }],
    configMapSnapshot: [configMapSnapshot, { metadata, data: { outbound_port_exclusion_list: '80' } }],
    meshConfigSnapshot: [meshConfigSnapshot(FSM), { metadata, spec: { traffic, sidecar } }],
    meshOfWebhook: [meshOfWebhook, { metadata, webhooks: [webhook] }],
    meshOfDeployment: [meshOfDeployment, { metadata, spec: { template: { spec: { containers } } } }],
  };
  for (const [name, [reader, object]] of Object.entries(readers)) {
    it(`${name} reads a damaged object or names a place on the way to the damage`, () => {
      fc.assert(
        fc.property(damaged([object]), ({ path, by }) => {
          read(reader, replaced(object, path, by), path);
        }),
        { numRuns: 300 },
      );
    });

    it(`${name} refuses anything at all`, () => {
      fc.assert(
        fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (value) => {
          expect(() => reader(value)).to.throw(SnapshotError);
        }),
      );
    });
  }
});
