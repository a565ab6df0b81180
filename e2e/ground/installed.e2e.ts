/**
 * osm-auditor as its README tells a user to install it: from its image and manifests, with its own service account; what
 * kubectl shows of it; and what it lives through.
 */
import { expect } from 'chai';
import { GUIDE } from '../../src/core/osm/releases.ts';
import { scriptIn } from '../../src/testing/osm-scripts.ts';
import { INIT_TAGS } from '../node/pod-images.ts';
import { eventually } from '../scenarios/cluster.ts';
import { Ground } from './ground.ts';
import { CONDITION, type GroundPod } from './meshed-pod.ts';
import { note } from './report.ts';
import { says } from './seen-pod.ts';

const OWN = 'osm-auditor';
const NAMESPACE = 'installed';
const SCRIPT = scriptIn(GUIDE.dialect);
const podNamed = (name: string, script: string | undefined): GroundPod => {
  return { name, release: GUIDE, backend: 'legacy', tag: INIT_TAGS.guide, script };
};

interface Object {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}

describe('installed on a cluster', function () {
  this.timeout(240_000);
  let ground: Ground;
  const kubectl = (...args: readonly string[]): Promise<string> => ground.cluster.kubectl(args);
  const columns = `custom-columns=POD:.metadata.name,VERIFIED:.status.conditions[?(@.type=="${CONDITION}")].status,REASON:.status.conditions[?(@.type=="${CONDITION}")].reason`;

  /** The pod of the replica that leads. */
  const leader = async (): Promise<string> => {
    const lease = await kubectl('get', 'lease', OWN, '-n', OWN, '-o', 'jsonpath={.spec.holderIdentity}');
    return lease.slice(0, lease.lastIndexOf('_'));
  };
  const appears = async (name: string): Promise<number> => {
    await ground.create([podNamed(name, undefined)], () => NAMESPACE);
    const took = await ground.become(NAMESPACE, { [name]: says('False InitContainerMissing') });
    return took.get(name) ?? 0;
  };
  /** What the auditor has written: Events with their versions, and the pods' conditions with their times. */
  const written = async (): Promise<readonly string[]> => {
    const { items: events } = await ground.get<{ items: (Object & { reportingController: string })[] }>(
      `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`,
    );
    const { items: pods } = await ground.get<{
      items: (Object & {
        status: { conditions: { type: string; status: string; lastTransitionTime: string }[] };
      })[];
    }>(`/api/v1/namespaces/${NAMESPACE}/pods`);
    return [
      ...events
        .filter(({ reportingController }) => reportingController === 'openservicemesh.io/osm-auditor')
        .map(({ metadata: { name, resourceVersion } }) => `${name} ${resourceVersion}`),
      ...pods.flatMap(({ metadata: { name }, status }) =>
        status.conditions
          .filter(({ type }) => type === CONDITION)
          .map(({ status: is, lastTransitionTime }) => `${name} ${is} ${lastTransitionTime}`),
      ),
    ];
  };
  const kubeletStarts = async (): Promise<number> => {
    const events = await kubectl('get', 'events', '-A', '--field-selector=reason=Starting');
    return (events.match(/Starting kubelet/g) ?? []).length;
  };
  const ready = (status: string): Promise<string> =>
    kubectl('wait', 'node', '--all', `--for=condition=Ready=${status}`, '--timeout=90s');

  before(async () => {
    ground = await Ground.open();
    await ground.meshes();
    await ground.configMap({});
    await ground.namespace(NAMESPACE);
    await ground.create([podNamed('good', SCRIPT), podNamed('bare', undefined)], () => NAMESPACE);
    await ground.become(NAMESPACE, {
      good: (pod) => pod.ready && says('True Verified')(pod),
      bare: (pod) => pod.ready && says('False InitContainerMissing')(pod),
    });
  });

  after(async () => {
    await ground.deleteNamespaces(NAMESPACE);
    await kubectl('delete', 'configmap', 'osm-config', '-n', 'osm-system');
  });

  it('runs two replicas, ready, by no name but its own account, and one of them leads', async () => {
    const { items } = await ground.get<{
      items: {
        metadata: { name: string; deletionTimestamp?: string };
        spec: { serviceAccountName: string };
        status: { containerStatuses: { ready: boolean; image: string }[] };
      }[];
    }>(`/api/v1/namespaces/${OWN}/pods`);
    // One of before a rollout may still be ending.
    const replicas = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(replicas.map(({ spec }) => spec.serviceAccountName)).to.deep.equal([OWN, OWN]);
    for (const { status } of replicas) {
      expect(status.containerStatuses.map(({ ready: is }) => is)).to.deep.equal([true]);
      expect(status.containerStatuses[0]?.image).to.match(/(^|\/)osm-auditor:0\.1\.0$/);
    }
    expect(replicas.map(({ metadata }) => metadata.name)).to.include(await leader());
  });

  it('is seen by kubectl wait, get with columns, describe and get events, as the documentation says', async () => {
    expect(
      await kubectl('wait', `--for=condition=${CONDITION}`, 'pod/good', '-n', NAMESPACE, '--timeout=10s'),
    ).to.equal('pod/good condition met\n');
    const table = (await kubectl('get', 'pods', '-n', NAMESPACE, '-o', columns)).replaceAll(/ +/g, ' ');
    expect(table).to.equal('POD VERIFIED REASON\nbare False InitContainerMissing\ngood True Verified\n');
    const described = await kubectl('describe', 'pod', 'bare', '-n', NAMESPACE);
    expect(described).to.match(/openservicemesh\.io\/RedirectionVerified +False/);
    expect(described).to.match(
      /Warning +InitContainerMissing +\S+ +openservicemesh\.io\/osm-auditor +OA201 /,
    );
    const events = await kubectl(
      'get',
      'events',
      '-n',
      NAMESPACE,
      '--field-selector=reason=InitContainerMissing',
    );
    expect(events).to.match(/Warning +InitContainerMissing +pod\/bare +OA\d+ /);
  });

  it('is led by another replica when the pod of the leader is deleted', async () => {
    const before = await leader();
    const since = Date.now();
    await kubectl('delete', 'pod', before, '-n', OWN, '--wait=false');
    await eventually(
      'another replica leads',
      async () => ((await leader()) === before ? undefined : true),
      60_000,
    );
    const seconds = (Date.now() - since) / 1000;
    note({ scenario: "the leader's pod is deleted", auditor: 'another leads', kernel: '', seconds });
    await appears('after-failover');
    await kubectl('rollout', 'status', `deployment/${OWN}`, '-n', OWN, '--timeout=120s');
  });

  it('writes nothing when the kubelet starts again, and sees what comes after', async () => {
    const before = await written();
    const started = await kubeletStarts();
    await ground.agent.restartKubelet();
    await eventually(
      'the kubelet is back',
      async () => ((await kubeletStarts()) > started ? true : undefined),
      60_000,
    );
    await ready('true');
    await kubectl('wait', 'pod/good', '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s');
    expect(await written()).to.deep.equal(before);
    note({ scenario: 'kubelet restarted', auditor: 'True Verified', kernel: '', seconds: undefined });
    const seconds = await appears('after-restart');
    note({ scenario: 'a bare pod after that', auditor: 'False InitContainerMissing', kernel: '', seconds });
  });

  it('keeps its conditions while the node is not ready, and goes on when it is back', async () => {
    // Longer than the control plane waits for a node: 12 s on the node made here, up to 50 s on others.
    const provider = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].spec.providerID}');
    await ground.agent.pauseKubelet(provider === '' ? 30 : 75);
    await ready('unknown');
    const lost = await ground.pods(NAMESPACE);
    expect(lost.get('good')?.condition).to.equal('True Verified');
    expect(lost.get('bare')?.condition).to.equal('False InitContainerMissing');
    await ready('true');
    await kubectl('wait', 'pod/good', '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s');
    expect((await ground.pods(NAMESPACE)).get('good')?.condition).to.equal('True Verified');
    note({
      scenario: 'node NotReady and back',
      auditor: 'True Verified throughout',
      kernel: '',
      seconds: undefined,
    });
    await appears('after-outage');
    await kubectl('rollout', 'status', `deployment/${OWN}`, '-n', OWN, '--timeout=120s');
  });
});
