/** Which collections are watched, and which changes of them wake anybody. */
import { expect } from 'chai';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { readJson } from '../testing/repository.ts';
import { CONFIG_MAPS, FakeCluster, NAMESPACES, PODS, type Item } from '../testing/kube/fake-cluster.ts';
import { ApiError } from '../kube/errors.ts';
import type { Query } from '../kube/list-watch.ts';
import { allInformers, createInformers, WEBHOOKS_PATH, type Informers } from './informers.ts';

type Status = Readonly<Record<string, unknown>>;
/** As the recording says, but for the status. */
const pod = (status: Status = {}, resourceVersion = '2'): Item => {
  const item = readJson('examples/recorded/good.json') as Item & { status: Status };
  return { ...item, metadata: { ...item.metadata, resourceVersion }, status: { ...item.status, ...status } };
};
const saying = (status: string): Status => ({ conditions: [{ type: CONDITION_TYPE, status }] });

const OSM_GROUP = '/apis/config.openservicemesh.io';
const FSM_GROUP = '/apis/config.flomesh.io';

/** A cluster with the groups that are named, each in one version. */
class GroupedCluster extends FakeCluster {
  readonly versions = new Map<string, string>();

  override list(path: string, query: Query): Promise<unknown> {
    const answer = super.list(path, query);
    if (path !== OSM_GROUP && path !== FSM_GROUP) return answer;
    const version = this.versions.get(path);
    if (version === undefined) {
      return Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: 'no such group' }));
    }
    return Promise.resolve({ preferredVersion: { version }, versions: [{ version }] });
  }
}

describe('the informers', () => {
  let cluster: GroupedCluster;
  let clock: ManualClock;
  let informers: Informers;
  let stop: AbortController;
  let running: Promise<unknown>;
  let woken: string[];
  let ours: string | undefined;

  beforeEach(async () => {
    cluster = new GroupedCluster();
    clock = new ManualClock();
    stop = new AbortController();
    woken = [];
    ours = undefined;
    informers = createInformers({
      api: cluster,
      clock,
      logger: new RecordingLogger(),
      recognises: ({ condition }) => condition?.status === ours,
    });
    const all = [
      informers.pods,
      informers.namespaces,
      ...Object.values(informers.configs),
      informers.webhooks,
    ];
    for (const each of all) each.onChange((key: string) => woken.push(`${each.name} ${key}`));
    running = Promise.all(all.map((each) => each.run(stop.signal)));
    await settle();
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const pushPod = async (...args: Parameters<typeof pod>): Promise<void> => {
    cluster.push(PODS, 'MODIFIED', pod(...args));
    await settle();
  };

  it('list pods and namespaces of the whole cluster, and only the ConfigMaps that a role can grant by name', () => {
    const seen = new Map(cluster.lists.map(({ path, query }) => [path, query['fieldSelector']]));
    expect([...seen]).to.have.deep.members([
      ['/api/v1/pods', undefined],
      ['/api/v1/namespaces', undefined],
      ['/api/v1/configmaps', 'metadata.name=osm-config'],
      [WEBHOOKS_PATH, undefined],
      [OSM_GROUP, undefined],
      [FSM_GROUP, undefined],
    ]);
  });

  it('are all there for metrics, each by its own name', () => {
    expect(allInformers(informers).map(({ name, synced }) => [name, synced])).to.deep.equal([
      ['pods', true],
      ['namespaces', true],
      ['configmaps', true],
      ['meshconfigs', true],
      ['fsm-meshconfigs', true],
      ['mutatingwebhookconfigurations', true],
    ]);
  });

  it('wake nobody when our own condition comes back, nor when nothing of interest changed', async () => {
    await pushPod();
    expect(woken.splice(0)).to.deep.equal(['pods test/good']);
    ours = 'True';
    await pushPod(saying('True'));
    await pushPod(saying('True'), '99');
    expect(woken).to.deep.equal([]);
    expect(informers.pods.get('test/good')?.condition?.status).to.equal('True');
  });

  it("wake on a foreign hand on the condition and on the pod's own change", async () => {
    await pushPod();
    ours = 'True';
    await pushPod(saying('False'));
    ours = undefined;
    await pushPod({ conditions: [], phase: 'Failed' });
    expect(woken).to.deep.equal(Array(3).fill('pods test/good'));
  });

  it('keep facts of namespaces and configurations', async () => {
    const labels = { 'openservicemesh.io/monitored-by': 'osm', team: 'a' };
    const metadata = { uid: 'u', resourceVersion: '2' };
    cluster.push(NAMESPACES, 'ADDED', { metadata: { ...metadata, name: 'test', labels } });
    const named = { ...metadata, name: 'osm-config', namespace: 'osm-system' };
    cluster.push(CONFIG_MAPS, 'ADDED', { metadata: named, data: { outbound_port_exclusion_list: '80' } });
    await settle();
    expect(woken).to.deep.equal(['namespaces test', 'configmaps osm-system/osm-config']);
    expect(informers.namespaces.get('test')?.labels).to.deep.equal({
      'openservicemesh.io/monitored-by': 'osm',
    });
    const config = informers.configs.ConfigMap.get('osm-system/osm-config');
    expect([config?.kind, config?.source]).to.deep.equal(['ConfigMap', 'ConfigMap/osm-system/osm-config']);
    expect(config?.outboundPorts.map(({ value }) => value)).to.deep.equal([80]);
  });

  for (const [kind, name, group, version] of [
    ['MeshConfig', 'meshconfigs', OSM_GROUP, 'v1alpha1'],
    ['FsmMeshConfig', 'fsm-meshconfigs', FSM_GROUP, 'v1alpha3'],
  ] as const) {
    it(`find the ${kind} when its definition comes after the controller`, async () => {
      const informer = informers.configs[kind];
      expect([informer.synced, informer.size, informer.refusal]).to.deep.equal([true, 0, undefined]);
      const metadata = { name: 'mesh', namespace: 'osm-system', uid: 'u', resourceVersion: '2' };
      const path = `${group}/${version}/meshconfigs`;
      cluster.versions.set(group, version);
      cluster.items.set(path, [{ metadata, spec: { traffic: { outboundPortExclusionList: [80] } } }]);
      for (let seconds = 0; seconds < 60; seconds += 5) await clock.advance(5000);
      await settle();
      expect(woken.splice(0)).to.deep.equal([`${name} osm-system/mesh`]);
      const found = informer.get('osm-system/mesh');
      expect([found?.kind, found?.outboundPorts.map(({ value }) => value)]).to.deep.equal([kind, [80]]);
      cluster.push(path, 'MODIFIED', { metadata: { ...metadata, resourceVersion: '3' }, spec: {} });
      await settle();
      expect(woken).to.deep.equal([`${name} osm-system/mesh`]);
      expect(informer.get('osm-system/mesh')?.outboundPorts).to.deep.equal([]);
    });
  }

  it('take from webhooks which mesh is where, and wake nobody when a certificate is renewed', async () => {
    const webhook = (name: string, caBundle: string): Item => {
      return {
        metadata: { name: 'osm-webhook-one', uid: 'u', resourceVersion: caBundle },
        webhooks: [
          {
            name,
            clientConfig: { caBundle, service: { namespace: 'osm-one', name: 'osm-injector' } },
            namespaceSelector: { matchLabels: { 'openservicemesh.io/monitored-by': 'one' } },
          },
        ],
      };
    };
    cluster.push(WEBHOOKS_PATH, 'ADDED', webhook('osm-inject.k8s.io', '2'));
    cluster.push(WEBHOOKS_PATH, 'MODIFIED', webhook('osm-inject.k8s.io', '3'));
    await settle();
    expect(woken.splice(0)).to.deep.equal(['mutatingwebhookconfigurations osm-webhook-one']);
    expect([...informers.webhooks.values()]).to.deep.equal([
      [
        {
          name: 'one',
          namespace: 'osm-one',
          injector: { webhook: 'osm-webhook-one', failsOpen: false, hasAuthority: true },
        },
      ],
    ]);
    cluster.push(WEBHOOKS_PATH, 'MODIFIED', webhook('somebody-else.example.com', '4'));
    await settle();
    expect(woken).to.deep.equal(['mutatingwebhookconfigurations osm-webhook-one']);
    expect([...informers.webhooks.values()]).to.deep.equal([[]]);
  });

  it('watch the pods of one share only, if told so', async () => {
    const shared = createInformers({
      api: cluster,
      clock,
      logger: new RecordingLogger(),
      recognises: () => true,
      podFieldSelector: 'spec.nodeName=worker-1',
      ownsPod: (key) => key !== 'test/good',
    });
    const other = pod();
    cluster.items.set(PODS, [
      pod(),
      { ...other, metadata: { ...other.metadata, name: 'mine', uid: 'mine' } },
    ]);
    const running = shared.pods.run(stop.signal);
    await settle();
    expect(cluster.lists.at(-1)?.query).to.include({ fieldSelector: 'spec.nodeName=worker-1' });
    expect([...shared.pods.keys()]).to.deep.equal(['test/mine']);
    stop.abort();
    await running;
  });

  it('ask for no more than one namespace and a selector, if told so', async () => {
    const one = createInformers({
      api: cluster,
      clock,
      logger: new RecordingLogger(),
      recognises: () => true,
      podNamespace: 'web',
      podLabelSelector: 'app=web',
      configMapNamespace: 'osm-system',
    });
    cluster.lists.splice(0);
    const running = Promise.all([one.pods.run(stop.signal), one.configs.ConfigMap.run(stop.signal)]);
    await settle();
    const asked = cluster.lists.map(({ path, query }) => [path, query['labelSelector']]);
    expect(asked).to.have.deep.members([
      ['/api/v1/namespaces/web/pods', 'app=web'],
      ['/api/v1/namespaces/osm-system/configmaps', undefined],
    ]);
    stop.abort();
    await running;
  });
});
