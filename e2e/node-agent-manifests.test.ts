/**
 * The manifests of the node agent: what they make, what its service account may do, and with which privileges it runs.
 *
 * Limit: no kubelet is here that would start it. Which capability is needed for what, the kernel's tests show.
 */
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readText, repositoryRoot } from '../src/testing/repository.ts';
import { VERSION } from '../src/version.ts';
import { ensureAssets } from './control-plane/build-assets.ts';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.ts';
import { expectReasons, memoryIn } from './manifest-text.ts';
import { createSubjects, mayDo, mayNotDo, type Ask } from './permissions.ts';
import { ALLOWED, DENIED, type Probe } from './requests.ts';

const NAME = 'osm-auditor-node-agent';
const folder = join(repositoryRoot, 'manifests/node-agent');
const read = (file: string): string => readText(`manifests/node-agent/${file}`);

const OBJECTS = [
  `clusterrole.rbac.authorization.k8s.io/${NAME}`,
  `clusterrolebinding.rbac.authorization.k8s.io/${NAME}`,
  `daemonset.apps/${NAME}`,
  `namespace/${NAME}`,
  `networkpolicy.networking.k8s.io/${NAME}`,
  `service/${NAME}`,
  `serviceaccount/${NAME}`,
];

const OF_THE_NODE: Probe = [
  'list the pods of a node',
  'GET',
  '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1',
];
const leases = '/apis/coordination.k8s.io/v1/namespaces/osm-auditor/leases';
/** What the controller may do, and the agent need not. */
const CONTROLLERS: readonly Probe[] = [
  ['read the Lease of the controller', 'GET', `${leases}/osm-auditor`],
  ['create a Lease', 'POST', leases, { metadata: { name: 'osm-auditor' } }],
  ['list policy reports', 'GET', '/apis/wgpolicyk8s.io/v1alpha2/policyreports'],
];

interface Labelled {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: unknown;
  readonly securityContext: unknown;
  readonly resources: { readonly limits: object; readonly requests: object };
}
interface DaemonSet {
  readonly spec: {
    readonly updateStrategy: unknown;
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> } & Labelled['metadata'];
      readonly spec: { readonly containers: readonly Container[] } & Readonly<Record<string, unknown>>;
    };
  };
}

describe('manifests of the node agent', function () {
  this.timeout(60_000);

  describe('applied to a real API server', () => {
    let plane: ControlPlane;
    /** Of exactly the service account that the DaemonSet runs as. */
    let token: string;

    before(async function () {
      this.timeout(20 * 60_000); // a first run builds the control plane
      await ensureAssets();
      plane = await startControlPlane();
    });
    after(() => plane.stop());

    const apply = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { code, stdout, stderr } = await plane.kubectl(['apply', '-k', ...args]);
      expect(code, stderr).to.equal(0);
      return stdout.trim().split('\n').sort();
    };

    it('pass its validation, alone and by the server', async () => {
      expect(await apply(folder)).to.deep.equal(OBJECTS.map((each) => `${each} created`));
      expect(await apply(folder, '--server-side', '--force-conflicts')).to.deep.equal(
        OBJECTS.map((each) => `${each} serverside-applied`),
      );
    });

    it('leave the controller beside them as it is, and it them', async () => {
      await apply(join(repositoryRoot, 'manifests'));
      for (const manifests of [folder, join(repositoryRoot, 'manifests')]) {
        const { code, stdout } = await plane.kubectl(['diff', '-k', manifests]);
        expect([code, stdout]).to.deep.equal([0, '']);
      }
    });

    describe('let the agent', () => {
      before(async () => {
        await createSubjects(plane);
        token = await plane.tokenFor({ namespace: NAME, name: NAME });
      });

      const ask: Ask = (method, path, body) => plane.request(method, path, body, token);
      mayDo(ask, [OF_THE_NODE, ...ALLOWED]);
      mayNotDo(ask, [...DENIED, ...CONTROLLERS]);
    });
  });

  const { spec } = parse(read('daemon-set.yaml')) as DaemonSet;
  const { metadata, spec: pod } = spec.template;
  const [container] = pod.containers;

  it('run one container that sees the processes of its node and has four capabilities, and is otherwise confined', () => {
    expect(pod.containers).to.have.lengthOf(1);
    expect(pod).to.include({ hostPID: true, automountServiceAccountToken: true });
    expect(pod).not.to.have.any.keys(
      'volumes',
      'hostNetwork',
      'hostIPC',
      'hostUsers',
      'initContainers',
      'ephemeralContainers',
    );
    expect(pod['securityContext']).to.deep.equal({
      runAsUser: 0,
      runAsGroup: 0,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container?.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['SYS_PTRACE', 'SYS_ADMIN', 'NET_ADMIN', 'NET_RAW'] },
    });
    expect(container).not.to.have.any.keys('volumeMounts', 'volumeDevices', 'command', 'lifecycle');
    expect(container?.ports).to.deep.equal([{ name: 'metrics', protocol: 'TCP', containerPort: 8080 }]);
    expect(container?.resources.limits).to.have.property('memory');
    expect(container?.resources.requests).to.have.all.keys('cpu', 'memory');
    expect(parse(read('service-account.yaml'))).to.include({ automountServiceAccountToken: false });
  });

  it('say for each capability what it is for', () => {
    expect(expectReasons(read('daemon-set.yaml'), /^ {16}- [A-Z_]+$/)).to.equal(4);
  });

  it('take AppArmor off the container by its name', () => {
    expect(metadata.annotations).to.deep.equal({
      [`container.apparmor.security.beta.kubernetes.io/${container?.name}`]: 'unconfined',
    });
  });

  it('bring it to every Linux node, a tenth of them at a time', () => {
    expect(pod['tolerations']).to.deep.equal([{ operator: 'Exists' }]);
    expect(pod['nodeSelector']).to.deep.equal({ 'kubernetes.io/os': 'linux' });
    expect(spec.updateStrategy).to.deep.equal({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '10%' },
    });
  });

  it('run the image of this version, for the pods of its node', () => {
    expect(container).to.deep.include({
      image: `osm-auditor-node-agent:${VERSION}`,
      args: ['node-agent', '--node=$(NODE_NAME)'],
    });
  });

  it('keep the heap of Node below the memory limit', () => {
    const { heap, limit } = memoryIn(read('daemon-set.yaml'));
    expect(heap).to.be.lessThan(limit / 2);
  });

  it('have a namespace of their own that admits it, and leave that of the controller restricted', () => {
    const enforced = (text: string): string | undefined =>
      (parse(text) as Labelled).metadata.labels['pod-security.kubernetes.io/enforce'];
    expect(enforced(read('namespace.yaml'))).to.equal('privileged');
    expect(enforced(readText('manifests/base/namespace.yaml'))).to.equal('restricted');
  });

  it('select by labels that the pods of the agent have, and those of the controller not', () => {
    const deployment = parse(readText('manifests/deployment.yaml')) as DaemonSet;
    const policy = parse(read('network-policy.yaml')) as {
      spec: { podSelector: { matchLabels: Record<string, string> } };
    };
    const service = parse(read('service.yaml')) as { spec: { selector: Record<string, string> } };
    for (const selector of [policy.spec.podSelector.matchLabels, service.spec.selector]) {
      expect(metadata.labels).to.include(selector);
      expect(deployment.spec.template.metadata.labels).not.to.include(selector);
    }
  });

  it('let in who fetches metrics, and out to the API server, as those of the controller do', () => {
    const rules = (text: string): object => {
      const { policyTypes, ingress, egress } = (parse(text) as { spec: Record<string, unknown> }).spec;
      return { policyTypes, ingress, egress };
    };
    expect(rules(read('network-policy.yaml'))).to.deep.equal(
      rules(readText('manifests/base/network-policy.yaml')),
    );
  });

  it('list every file of their folder', () => {
    const { resources } = parse(read('kustomization.yaml')) as { resources: readonly string[] };
    expect([...resources, 'kustomization.yaml'].sort()).to.deep.equal(readdirSync(folder).sort());
  });

  it('say for each permission who needs it', () => {
    expect(expectReasons(read('rbac.yaml'), /^ {2}- apiGroups/)).to.equal(8);
  });
});
