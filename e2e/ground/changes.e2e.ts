/** What happens to pods after they have started: each time what the auditor says of it is held against the kernel. */
import { expect } from 'chai';
import { GUIDE } from '../../src/core/osm/releases.ts';
import { scriptIn } from '../../src/testing/osm-scripts.ts';
import { INIT_TAGS } from '../node/pod-images.ts';
import { Ground } from './ground.ts';
import { worksOnce, type GroundPod } from './meshed-pod.ts';
import { note } from './report.ts';
import { says } from './seen-pod.ts';

const NAMESPACE = 'changes';
const SCRIPT = scriptIn(GUIDE.dialect);

const common = { release: GUIDE, backend: 'legacy', tag: INIT_TAGS.guide } as const;
const PODS: readonly GroundPod[] = [
  { ...common, name: 'plain', script: SCRIPT },
  { ...common, name: 'killed', script: SCRIPT },
  { ...common, name: 'killed-fails', script: worksOnce(SCRIPT), remembers: true },
  { ...common, name: 'gated', script: SCRIPT, gated: true, labels: { app: 'shop' } },
  { ...common, name: 'flushed', script: SCRIPT, more: [flusher()] },
];

/** A container that is allowed to, and empties the nat table of the pod when told to. */
function flusher(): object {
  return {
    name: 'flusher',
    image: `docker.io/openservicemesh/init:${INIT_TAGS.guide}`,
    command: [
      '/bin/sh',
      '-c',
      'until [ -e /tmp/go ]; do sleep 0.2; done; iptables -t nat -F OUTPUT; sleep 99999',
    ],
    securityContext: { capabilities: { add: ['NET_ADMIN'] } },
  };
}

describe('after a pod has started', function () {
  this.timeout(180_000);
  let ground: Ground;

  const uidOf = async (name: string): Promise<string> => (await ground.pods(NAMESPACE)).get(name)?.uid ?? '';
  /** Where a connection by the application arrives. */
  const arrival = async (name: string, address = '3.3.3.3', port = 8080): Promise<string> => {
    const uid = await uidOf(name);
    const look = (await ground.agent.look({ [uid]: [{ address, port, uid: 1000 }] }))[uid];
    return look?.arrivals[0] ?? '';
  };
  const becomes = async (name: string, condition: string): Promise<number> =>
    (await ground.become(NAMESPACE, { [name]: says(condition) })).get(name) ?? 0;
  const addresses = async (): Promise<readonly [ready: number, notReady: number]> => {
    const path = `/api/v1/namespaces/${NAMESPACE}/endpoints/shop`;
    const { subsets = [] } = await ground.get<{ subsets?: { addresses?: []; notReadyAddresses?: [] }[] }>(
      path,
    );
    const count = (list: readonly (readonly unknown[] | undefined)[]): number =>
      list.reduce((sum, each) => sum + (each?.length ?? 0), 0);
    return [
      count(subsets.map((each) => each.addresses)),
      count(subsets.map((each) => each.notReadyAddresses)),
    ];
  };
  const serves = async (ready: number, notReady: number): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline && String(await addresses()) !== String([ready, notReady]));
    expect(await addresses(), 'addresses of the Service, ready and not').to.deep.equal([ready, notReady]);
  };

  before(async () => {
    ground = await Ground.open();
    await ground.meshes();
    await ground.configMap({});
    await ground.namespace(NAMESPACE);
    await ground.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop', namespace: NAMESPACE },
      spec: { selector: { app: 'shop' }, ports: [{ port: 8000 }] },
    });
    await ground.create(PODS, () => NAMESPACE);
    const running = Object.fromEntries(
      PODS.map(({ name }) => [name, (pod: { ready: boolean }) => pod.ready]),
    );
    await ground.become(NAMESPACE, { ...running, 'killed-fails': ({ phase }) => phase === 'Running' });
  });

  after(async () => {
    await ground.deleteNamespaces(NAMESPACE);
    await ground.cluster.kubectl(['delete', 'configmap', 'osm-config', '-n', 'osm-system']);
  });

  it('a readiness gate on the condition lets a verified pod into its Service', () => serves(1, 0));

  it('a change of the configuration makes pods discrepant, for their connections go on as before', async () => {
    await ground.configMap({ outbound_port_exclusion_list: '7070' });
    const seconds = await becomes('plain', 'False ExcludedPortMissing');
    const arrived = await arrival('plain', '3.3.3.3', 7070);
    expect(arrived).to.equal('outbound 3.3.3.3:7070');
    note({
      scenario: 'exclusions changed after start',
      auditor: 'False ExcludedPortMissing',
      kernel: arrived,
      seconds,
    });
  });

  it('and a pod with the gate leaves its Service, until the configuration fits again', async () => {
    await becomes('gated', 'False ExcludedPortMissing');
    await serves(0, 1);
    await ground.configMap({});
    const seconds = await becomes('gated', 'True Verified');
    await serves(1, 0);
    note({
      scenario: 'readiness gate',
      auditor: 'False ExcludedPortMissing, then True Verified',
      kernel: 'out of the Service, and in again',
      seconds,
    });
  });

  it('a sandbox that is killed comes back with its rules, and the pod is verified again', async () => {
    await becomes('killed', 'True Verified');
    const started = Date.now();
    await ground.agent.killSandbox(await uidOf('killed'));
    await ground.become(NAMESPACE, { killed: ({ init, ready }) => init.restarts === 1 && ready });
    await becomes('killed', 'True Verified');
    const arrived = await arrival('killed');
    expect(arrived).to.equal('outbound 3.3.3.3:8080');
    note({
      scenario: 'sandbox killed, osm-init ran again',
      auditor: 'True Verified',
      kernel: arrived,
      seconds: (Date.now() - started) / 1000,
    });
  });

  it('a second run that fails makes the pod discrepant, and half of the rules are what there is', async () => {
    const before = (await ground.pods(NAMESPACE)).get('killed-fails');
    expect(before?.condition, 'its script tests for a file').to.match(/^Unknown /);
    expect(await arrival('killed-fails')).to.equal('outbound 3.3.3.3:8080');
    const started = Date.now();
    await ground.agent.killSandbox(await uidOf('killed-fails'));
    await becomes('killed-fails', 'False InitContainerCrashLoop');
    const seconds = (Date.now() - started) / 1000;
    const arrived = await arrival('killed-fails');
    expect(arrived).to.equal('outside 3.3.3.3:8080');
    note({
      scenario: 'sandbox killed, osm-init failed',
      auditor: 'False InitContainerCrashLoop',
      kernel: arrived,
      seconds,
    });
  });

  it('does not see what others do to the rules later: the script is right, osm-init ended with 0, the kernel differs', async () => {
    await becomes('flushed', 'True Verified');
    expect(await arrival('flushed')).to.equal('outbound 3.3.3.3:8080');
    await ground.cluster.kubectl([
      'exec',
      '-n',
      NAMESPACE,
      'flushed',
      '-c',
      'flusher',
      '--',
      'touch',
      '/tmp/go',
    ]);
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline && (await arrival('flushed')) !== 'outside 3.3.3.3:8080');
    const arrived = await arrival('flushed');
    expect(arrived).to.equal('outside 3.3.3.3:8080');
    expect((await ground.pods(NAMESPACE)).get('flushed')?.condition).to.equal('True Verified');
    const findings =
      ground
        .check(NAMESPACE)
        .get('flushed')
        ?.findings.map(({ code }) => code) ?? [];
    note({
      scenario: 'a container with NET_ADMIN empties OUTPUT later',
      auditor: `True Verified ${findings.join(' ')}`,
      kernel: `${arrived}: the auditor reads the script, not the kernel`,
      seconds: undefined,
    });
  });
});
