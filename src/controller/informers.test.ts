/** Which collections are watched, and which changes of them wake anybody. */
import { expect } from 'chai';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { readJson } from '../testing/repository.ts';
import { CONFIG_MAPS, FakeCluster, NAMESPACES, PODS, type Item } from '../testing/kube/fake-cluster.ts';
import { createInformers, type Informers } from './informers.ts';

type Status = Readonly<Record<string, unknown>>;
/** As the recording says, but for the status. */
const pod = (status: Status = {}, resourceVersion = '2'): Item => {
  const item = readJson('examples/recorded/good.json') as Item & { status: Status };
  return { ...item, metadata: { ...item.metadata, resourceVersion }, status: { ...item.status, ...status } };
};
const saying = (status: string): Status => ({ conditions: [{ type: CONDITION_TYPE, status }] });

describe('the informers', () => {
  let cluster: FakeCluster;
  let informers: Informers;
  let stop: AbortController;
  let running: Promise<unknown>;
  let woken: string[];
  let ours: string | undefined;

  beforeEach(async () => {
    cluster = new FakeCluster();
    stop = new AbortController();
    woken = [];
    ours = undefined;
    informers = createInformers({
      api: cluster,
      clock: new ManualClock(),
      logger: new RecordingLogger(),
      recognises: ({ condition }) => condition?.status === ours,
    });
    const all = [informers.pods, informers.namespaces, informers.configMaps];
    for (const each of all) each.onChange((key) => woken.push(`${each.name} ${key}`));
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
    const seen = cluster.lists.map(({ path, query }) => [path, query['fieldSelector']]);
    expect(seen).to.have.deep.members([
      ['/api/v1/pods', undefined],
      ['/api/v1/namespaces', undefined],
      ['/api/v1/configmaps', 'metadata.name=osm-config'],
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
    cluster.push(CONFIG_MAPS, 'ADDED', { metadata: named, data: { other: 'x' } });
    await settle();
    expect(woken).to.deep.equal(['namespaces test', 'configmaps osm-system/osm-config']);
    expect(informers.namespaces.get('test')?.labels).to.deep.equal({
      'openservicemesh.io/monitored-by': 'osm',
    });
    expect(informers.configMaps.get('osm-system/osm-config')?.data).to.deep.equal({ other: 'x' });
  });
});
