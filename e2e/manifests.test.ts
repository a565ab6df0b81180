import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ensureAssets } from './control-plane/build-assets.ts';
import { startControlPlane } from './control-plane/control-plane.ts';
import type { ControlPlane } from './control-plane/control-plane.ts';
import { expectReasons, memoryIn } from './manifest-text.ts';
import { createSubjects, mayDo, mayNotDo, type Ask } from './permissions.ts';
import { ALLOWED, DENIED, type Probe } from './requests.ts';
import { installPolicyReports } from '../src/testing/kube/policy-report-crd.ts';
import { OPEN_REPORTS, WG_POLICY } from '../src/core/audit/policy-report-object.ts';
import { leaseNameOf } from '../src/controller/shard.ts';
import { repositoryRoot } from '../src/testing/repository.ts';

const folder = join(repositoryRoot, 'manifests');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

/** What each way to run the auditor adds to the base: its folder, and the objects with the names of their kinds. */
const COMMON = [
  'clusterrole.rbac.authorization.k8s.io/osm-auditor',
  'clusterrolebinding.rbac.authorization.k8s.io/osm-auditor',
  'namespace/osm-auditor',
  'networkpolicy.networking.k8s.io/osm-auditor',
  'service/osm-auditor',
  'serviceaccount/osm-auditor',
];
const ELECTION = [
  'role.rbac.authorization.k8s.io/osm-auditor',
  'rolebinding.rbac.authorization.k8s.io/osm-auditor',
];
const WAYS: Readonly<
  Record<string, { readonly workload: string; readonly args: string; readonly objects: readonly string[] }>
> = {
  '.': { workload: 'deployment.yaml', args: '[run]', objects: [...ELECTION, 'deployment.apps/osm-auditor'] },
  sharded: {
    workload: 'sharded/stateful-set.yaml',
    args: '[run, --shards=3]',
    objects: [...ELECTION, 'statefulset.apps/osm-auditor', 'service/osm-auditor-shards'],
  },
  'per-node': {
    workload: 'per-node/daemon-set.yaml',
    args: '[run, --node=$(NODE_NAME)]',
    objects: ['daemonset.apps/osm-auditor'],
  },
};

const leases = '/apis/coordination.k8s.io/v1/namespaces/osm-auditor/leases';
const LEASE = {
  metadata: { name: 'osm-auditor' },
  spec: { holderIdentity: 'osm-auditor-0', leaseDurationSeconds: 15 },
};

/** What the manifests say of a pod, as far as it is looked at. */
interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext: object;
  readonly containers: readonly {
    readonly ports?: readonly object[];
    readonly resources: { readonly limits: object; readonly requests: object };
    readonly securityContext: object;
  }[];
}

/** The election, which is the controller's alone. */
const ELECTS: readonly Probe[] = [
  ['create the Lease', 'POST', leases, LEASE],
  ['read the Lease', 'GET', `${leases}/osm-auditor`],
];
const NO_OTHER_LEASE: readonly Probe[] = [
  ['delete the Lease', 'DELETE', `${leases}/osm-auditor`],
  ['list leases', 'GET', leases],
  ['read another Lease', 'GET', `${leases}/other`],
  ['renew another Lease', 'PUT', `${leases}/other`, { ...LEASE, metadata: { name: 'other' } }],
  ['create a Lease elsewhere', 'POST', leases.replace('osm-auditor', 'default'), LEASE],
];

/** What the controller sends when it is to write policy reports, with the definitions as others install them. */
const POLICY_REPORTS: readonly Probe[] = [OPEN_REPORTS, WG_POLICY].flatMap(
  ({ group, version, plural, kind }) => {
    const all = `/apis/${group}/${version}/${plural}?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dosm-auditor`;
    const here = `/apis/${group}/${version}/namespaces/default/${plural}`;
    const report = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'a' } };
    return [
      [`list ${plural}`, 'GET', all],
      [`watch ${plural}`, 'GET', `${all}&watch=1&timeoutSeconds=1`],
      [`create one of ${plural}`, 'POST', here, report],
      [`patch one of ${plural}`, 'PATCH', `${here}/a`, { results: [] }],
    ] as const;
  },
);
const NO_POLICY_REPORTS: readonly Probe[] = [OPEN_REPORTS, WG_POLICY].flatMap(
  ({ group, version, plural }) => {
    const here = `/apis/${group}/${version}/namespaces/default/${plural}`;
    return [
      [`delete one of ${plural}`, 'DELETE', `${here}/a`],
      [`list cluster${plural}`, 'GET', `/apis/${group}/${version}/cluster${plural}`],
    ] as const;
  },
);

describe('manifests', function () {
  this.timeout(60_000);

  describe('applied to a real API server', () => {
    let plane: ControlPlane;
    /** Of exactly the service account that the deployment runs as. */
    let token: string;

    before(async function () {
      this.timeout(20 * 60_000); // a first run builds the control plane
      await ensureAssets();
      plane = await startControlPlane();
    });
    after(() => plane.stop());

    for (const [way, { objects }] of Object.entries(WAYS)) {
      it(`pass its validation, object by object: ${way}`, async () => {
        // A dry run creates no namespace, so the objects in it need one that is there.
        await plane.kubectl(['create', 'namespace', 'osm-auditor']);
        const result = await plane.kubectl(['apply', '-k', join(folder, way), '--dry-run=server']);
        expect(result.code, result.stderr).to.equal(0);
        const done = (object: string): string =>
          `${object} ${object.startsWith('namespace/') ? 'configured' : 'created'} (server dry run)`;
        const expected = [...COMMON, ...objects].map(done);
        expect(result.stdout.trim().split('\n').sort()).to.deep.equal(expected.sort());
        const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/osm-auditor';
        expect((await plane.request('GET', role)).status).to.equal(404);
      });
    }

    describe('let the auditor', () => {
      before(async () => {
        const result = await plane.kubectl(['apply', '-k', folder]);
        expect(result.code, result.stderr).to.equal(0);
        await createSubjects(plane);
        token = await plane.tokenFor({ namespace: 'osm-auditor', name: 'osm-auditor' });
      });

      const ask: Ask = (method, path, body) => plane.request(method, path, body, token);
      mayDo(ask, [...ALLOWED, ...ELECTS]);

      it('renew the Lease', async () => {
        const { body } = await ask('GET', `${leases}/osm-auditor`);
        const answer = await ask('PUT', `${leases}/osm-auditor`, JSON.parse(body));
        expect(answer.status, answer.body).to.equal(200);
      });

      mayNotDo(ask, [...DENIED, ...NO_OTHER_LEASE]);
      mayNotDo(ask, POLICY_REPORTS, ', unless policy reports are asked for');

      describe('with those for policy reports', () => {
        before(async () => {
          const result = await plane.kubectl(['apply', '-k', join(folder, 'policy-reports')]);
          expect(result.code, result.stderr).to.equal(0);
          for (const api of [OPEN_REPORTS, WG_POLICY]) await installPolicyReports(plane, api);
        });

        // The patches sent here are of a kind that no custom resource takes: what counts is that they are not forbidden.
        mayDo(ask, POLICY_REPORTS, [200, 201, 415]);
        mayNotDo(ask, [...NO_POLICY_REPORTS, ...DENIED, ...NO_OTHER_LEASE]);
      });
    });
  });

  for (const { workload } of Object.values(WAYS)) {
    it(`run one container that is nobody, may nothing and writes nowhere: ${workload}`, () => {
      const { automountServiceAccountToken: always } = parse(read('base/service-account.yaml')) as PodSpec;
      const { spec } = parse(read(workload)) as { spec: { template: { spec: PodSpec } } };
      const pod = spec.template.spec;
      expect([always, pod.automountServiceAccountToken], 'the token is where it is needed').to.deep.equal([
        false,
        true,
      ]);
      expect(pod.securityContext).to.deep.equal({
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod).not.to.have.any.keys(
        'volumes',
        'hostNetwork',
        'hostPID',
        'hostIPC',
        'initContainers',
        'ephemeralContainers',
      );
      expect(pod.containers).to.have.lengthOf(1);
      const [container] = pod.containers;
      expect(container).not.to.have.any.keys('volumeMounts', 'volumeDevices', 'command', 'lifecycle');
      expect(container?.securityContext).to.deep.equal({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container?.resources.limits).to.have.property('memory');
      expect(container?.resources.requests).to.have.all.keys('cpu', 'memory');
      expect(container?.ports?.every((port) => !('hostPort' in port))).to.equal(true);
    });
  }

  it('let in who fetches metrics, and out to the API server, and nothing else', () => {
    const { spec } = parse(read('base/network-policy.yaml')) as {
      spec: { podSelector: { matchLabels: object }; policyTypes: unknown; ingress: unknown; egress: unknown };
    };
    expect(spec.policyTypes).to.deep.equal(['Ingress', 'Egress']);
    expect(spec.ingress).to.deep.equal([{ ports: [{ protocol: 'TCP', port: 'metrics' }] }]);
    const servers = [443, 6443].map((port) => ({ protocol: 'TCP', port }));
    expect(spec.egress).to.deep.equal([{ ports: servers }]);
    const deployment = parse(read('deployment.yaml')) as {
      spec: { template: { metadata: { labels: object }; spec: PodSpec } };
    };
    const { metadata, spec: pod } = deployment.spec.template;
    expect(metadata.labels, 'it is about the pods of the deployment').to.deep.include(
      spec.podSelector.matchLabels,
    );
    expect(pod.containers[0]?.ports).to.deep.equal([
      { name: 'metrics', protocol: 'TCP', containerPort: 8080 },
    ]);
  });

  for (const [way, { workload }] of Object.entries(WAYS)) {
    it(`list every file of the folder ${way}`, () => {
      const { resources } = parse(read(join(way, 'kustomization.yaml'))) as { resources: readonly string[] };
      const files = readdirSync(join(folder, way)).filter((file) => file.endsWith('.yaml'));
      expect([...resources, 'kustomization.yaml'].sort(), workload).to.deep.equal(files.sort());
    });
  }

  for (const file of [
    'base/rbac.yaml',
    'lease-role.yaml',
    'sharded/lease-role.yaml',
    'policy-reports/rbac.yaml',
  ]) {
    it(`say for each permission who needs it: ${file}`, () => {
      expect(expectReasons(read(file), /^ {2}- apiGroups/)).to.be.greaterThan(0);
    });
  }

  it('give each shard a right to its Lease, and no replica without a shard', () => {
    const set = read('sharded/stateful-set.yaml');
    const count = Number(/--shards=(\d+)/.exec(set)?.[1]);
    expect(set).to.contain(`\n  replicas: ${count}\n`);
    const names = Array.from({ length: count }, (_, index) =>
      leaseNameOf({ kind: 'hash', index, count }, 'osm-auditor'),
    );
    expect(read('sharded/lease-role.yaml')).to.contain(`resourceNames: [${names.join(', ')}]\n`);
    expect(read('lease-role.yaml')).to.contain(
      `resourceNames: [${leaseNameOf({ kind: 'all' }, 'osm-auditor')}]\n`,
    );
  });

  for (const [way, { workload, args }] of Object.entries(WAYS)) {
    describe(`of ${workload}`, () => {
      const text = read(workload);

      it('run the image of this version, with the options of their way', () => {
        const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
          version: string;
        };
        expect(text).to.contain(`image: osm-auditor:${version}\n`);
        expect(text).to.contain(`          args: ${args}\n`);
      });

      it('keep the heap of Node below the memory limit', () => {
        const { heap, limit } = memoryIn(text);
        expect(heap).to.be.lessThan(limit);
      });

      it('differ from the others in nothing but that way', () => {
        // Probes, resources and privileges of the container: the end of each file.
        const end = (from: string): string =>
          from.slice(from.indexOf('            # Below the memory limit'));
        expect(end(text).length).to.be.greaterThan(1000);
        expect(end(text), way).to.equal(end(read('deployment.yaml')));
      });
    });
  }
});
