/** What wakes whom, from a change in the cluster to what is written to it. */
import { expect } from 'chai';
import { ApiError } from '../kube/errors.ts';
import { Metrics } from '../metrics/metrics.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { until } from '../testing/kube/until.ts';
import { readJson } from '../testing/repository.ts';
import { Auditor, type AuditorOptions } from './auditor.ts';
import { WEBHOOKS_PATH } from './informers.ts';
import { CONFIG_MAPS, NAMESPACES, PODS, type Item } from '../testing/kube/fake-cluster.ts';
import { MESH_CONFIG_GROUP, WrittenCluster } from '../testing/kube/written-cluster.ts';

const MESH_CONFIGS = `${MESH_CONFIG_GROUP}/v1alpha2/meshconfigs`;

const pod = (name: string, rest: object = {}): Item => {
  const item = readJson('examples/recorded/good.json') as Item;
  return { ...item, metadata: { ...item.metadata, name, uid: name, resourceVersion: '2', ...rest } };
};
const config = (data: object = {}, namespace = 'osm-system'): Item => {
  return { metadata: { name: 'osm-config', namespace, uid: namespace, resourceVersion: '2' }, data };
};
const meshConfig = (namespace: string, traffic: object = {}): Item => {
  const metadata = { name: 'osm-mesh-config', namespace, uid: 'm', resourceVersion: '2' };
  return { metadata, spec: { traffic } };
};
const monitored = (name: string, mesh: string): Item => {
  const labels = { 'openservicemesh.io/monitored-by': mesh };
  return { metadata: { name, uid: name, resourceVersion: '2', labels } };
};
/** Of the mesh, whose namespace is `osm-` and its name. */
const webhook = (mesh: string): Item => {
  return {
    metadata: { name: `osm-webhook-${mesh}`, uid: mesh, resourceVersion: '2' },
    webhooks: [
      {
        name: 'osm-inject.k8s.io',
        clientConfig: { service: { namespace: `osm-${mesh}`, name: 'osm-injector' } },
        namespaceSelector: { matchLabels: { 'openservicemesh.io/monitored-by': mesh } },
      },
    ],
  };
};
/** A pod that nothing was injected into, and the namespace that would have it injected. */
const plain = {
  metadata: { name: 'plain', namespace: 'shop', uid: 'p', resourceVersion: '2' },
  spec: {},
} as Item;
const shop = {
  metadata: {
    name: 'shop',
    uid: 'n',
    resourceVersion: '3',
    labels: { 'openservicemesh.io/monitored-by': 'osm' },
    annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
  },
};

describe('auditor', () => {
  let cluster: WrittenCluster;
  let clock: ManualClock;
  let metrics: Metrics;
  let logger: RecordingLogger;
  let auditor: Auditor;
  let stop: AbortController;
  let running = Promise.resolve();

  beforeEach(() => {
    cluster = new WrittenCluster();
    cluster.items.set(PODS, [pod('a'), pod('b')]).set(CONFIG_MAPS, [config()]);
    clock = new ManualClock(Date.parse('2026-11-23T12:00:00Z'));
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  function create(rest: Partial<AuditorOptions> = {}): void {
    metrics = new Metrics('test');
    logger = new RecordingLogger();
    const fake: unknown = cluster;
    auditor = new Auditor({
      cluster: fake as AuditorOptions['cluster'],
      clock,
      logger,
      metrics,
      osmNamespace: undefined,
      graceMs: 60_000,
      settleMs: 5000,
      fork: {},
      writeConditions: true,
      writeEvents: true,
      instance: 'test',
      shard: { kind: 'all' },
      election: undefined,
      ...rest,
    });
  }
  async function start(rest: Partial<AuditorOptions> = {}): Promise<void> {
    create(rest);
    running = auditor.run(stop.signal);
    await until('readiness', async () => {
      if (cluster.refused.size > 0) await clock.advance(5000);
      const paths = [PODS, NAMESPACES, CONFIG_MAPS, WEBHOOKS_PATH];
      const followed = paths.every((path) => cluster.refused.has(path) || cluster.watched.has(path));
      return followed && auditor.readiness().ready;
    });
  }
  /** Time enough for as many tries as make a refusal. */
  async function retries(): Promise<void> {
    for (let i = 0; i < 5; i += 1) {
      await clock.advance(30_000);
      await settle();
    }
  }
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^osm_auditor_${name} (.+)$`, 'm').exec(await metrics.render())?.[1]);
  /** Waits until so many keys have been worked on, and takes what was written, in alphabetical order. */
  async function after(reconciliations: number): Promise<readonly string[]> {
    const done = (): Promise<number> => metric('reconcile_total{result="success"}');
    await until(`${reconciliations} reconciliations`, async () => (await done()) >= reconciliations);
    return cluster.written.splice(0).sort();
  }

  it('does nothing before it runs', () => {
    create();
    expect(cluster.lists).to.deep.equal([]);
    expect(auditor.readiness()).to.deep.equal({ ready: false, reason: 'not started' });
  });

  it('judges what is there, and is not woken by its own conditions', async () => {
    await start();
    expect(await after(3)).to.deep.equal(['a: True Verified', 'b: True Verified']);
    expect(await metric('config_valid')).to.equal(1);
    expect(await metric('pods{namespace="test",status="Verified"}')).to.equal(2);
    expect(await metric('detection_latency_seconds_count'), 'nobody waited for the backlog').to.equal(0);
    cluster.push(PODS, 'ADDED', pod('c'));
    expect(await after(4)).to.deep.equal(['c: True Verified']);
    expect(await metric('workqueue_adds_total'), 'the configuration, a, b and c').to.equal(4);
    expect(await metric('detection_latency_seconds_count')).to.equal(1);
  });

  it('judges every pod again when the configuration changes, and tells of it', async () => {
    await start();
    await after(3);
    cluster.push(CONFIG_MAPS, 'MODIFIED', config({ outbound_port_exclusion_list: '80' }));
    expect(await after(6)).to.deep.equal([
      'a: False ExcludedPortMissing',
      'a: Warning ExcludedPortMissing',
      'b: False ExcludedPortMissing',
      'b: Warning ExcludedPortMissing',
    ]);
    cluster.push(CONFIG_MAPS, 'MODIFIED', config({ outbound_port_exclusion_list: 'http' }));
    expect(await after(9)).to.deep.equal([
      'a: Unknown ConfigPortInvalid',
      'b: Unknown ConfigPortInvalid',
      'osm-config: Warning ConfigPortInvalid',
    ]);
    expect(await metric('config_valid')).to.equal(0);
  });

  it('judges every pod again when a MeshConfig comes, is the only one left, and changes', async () => {
    cluster.version = 'v1alpha2';
    await start();
    expect(await after(3)).to.deep.equal(['a: True Verified', 'b: True Verified']);
    cluster.push(MESH_CONFIGS, 'ADDED', meshConfig('osm-system'));
    expect(await after(6), 'a pod of R1 may be of a release that reads either').to.deep.equal([
      'a: Unknown ConfigAmbiguous',
      'b: Unknown ConfigAmbiguous',
    ]);
    cluster.push(CONFIG_MAPS, 'DELETED', config());
    expect(await after(9)).to.deep.equal(['a: True Verified', 'b: True Verified']);
    cluster.push(MESH_CONFIGS, 'MODIFIED', meshConfig('osm-system', { outboundPortExclusionList: [80] }));
    expect(await after(12)).to.include('a: False ExcludedPortMissing');
  });

  it('judges every pod again when a webhook tells whose it is', async () => {
    cluster.items.set(NAMESPACES, [monitored('test', 'one')]);
    cluster.items.set(CONFIG_MAPS, [
      config({}, 'osm-one'),
      config({ outbound_port_exclusion_list: '80' }, 'osm-two'),
    ]);
    await start();
    expect(await after(3)).to.deep.equal(['a: Unknown ConfigAmbiguous', 'b: Unknown ConfigAmbiguous']);
    cluster.push(WEBHOOKS_PATH, 'ADDED', webhook('one'));
    expect(await after(6)).to.deep.equal(['a: True Verified', 'b: True Verified']);
    cluster.push(WEBHOOKS_PATH, 'ADDED', webhook('two'));
    expect(await after(7), "another mesh is none of these pods' business").to.deep.equal([]);
    cluster.push(NAMESPACES, 'MODIFIED', monitored('test', 'two'));
    expect(await after(10)).to.deep.equal([
      'a: False ExcludedPortMissing',
      'a: Warning ExcludedPortMissing',
      'b: False ExcludedPortMissing',
      'b: Warning ExcludedPortMissing',
    ]);
  });

  it('is ready and judges although it may not read webhooks or MeshConfigs', async () => {
    cluster.version = 'v1alpha2';
    cluster.refused.add(WEBHOOKS_PATH).add(MESH_CONFIGS);
    await start();
    expect(await after(3)).to.deep.equal(['a: Unknown ConfigUnreadable', 'b: Unknown ConfigUnreadable']);
    cluster.refused.delete(MESH_CONFIGS);
    await retries();
    expect(await after(6), 'webhooks are still refused').to.deep.equal([
      'a: True Verified',
      'b: True Verified',
    ]);
    expect(await metric('informer_failing{resource="mutatingwebhookconfigurations"}')).to.equal(1);
  });

  it('judges the pods of a namespace again when it changes', async () => {
    cluster.items.get(PODS)?.push(plain);
    await start();
    expect(await after(3), 'no condition, no Event').to.deep.equal(['a: True Verified', 'b: True Verified']);
    cluster.push(NAMESPACES, 'ADDED', shop);
    expect(await after(5)).to.deep.equal(['plain: False SidecarMissing', 'plain: Warning SidecarMissing']);
  });

  it('leaves pods Unknown while the configuration is refused, from the start or later, and tries again', async () => {
    cluster.refused.add(CONFIG_MAPS);
    await start();
    expect(await after(3)).to.deep.equal(['a: Unknown ConfigUnreadable', 'b: Unknown ConfigUnreadable']);
    expect(await metric('informer_failing{resource="configmaps"}')).to.equal(1);
    for (const [refused, reason, done] of [
      [false, 'True Verified', 6],
      [true, 'Unknown ConfigUnreadable', 9],
      [false, 'True Verified', 12],
    ] as const) {
      if (refused) cluster.refuse(CONFIG_MAPS);
      else cluster.refused.clear();
      await retries();
      expect(await after(done)).to.deep.equal([`a: ${reason}`, `b: ${reason}`]);
      expect(await metric('config_valid')).to.equal(refused ? 0 : 1);
    }
  });

  it('is not ready while the server refuses to show pods, from the start or later', async () => {
    await start();
    await after(3);
    cluster.refuse(PODS);
    await retries();
    expect(auditor.readiness())
      .to.have.property('reason')
      .that.matches(/^pods may not be watched \(/);
    cluster.refused.clear();
    await retries();
    expect(auditor.readiness()).to.deep.equal({ ready: true });
  });

  it('mends what a foreign hand does to a condition that was written before its time', async () => {
    await start();
    await after(3);
    stop.abort();
    await running;
    stop = new AbortController();
    await start();
    await after(3);
    cluster.push(PODS, 'MODIFIED', pod('a'));
    expect(await after(4)).to.deep.equal(['a: True Verified']);
  });

  it('judges by what is known without namespaces while they are refused', async () => {
    cluster.items.get(PODS)?.push(plain);
    cluster.items.set(NAMESPACES, [shop]);
    await start();
    expect(await after(4)).to.include('plain: False SidecarMissing');
    cluster.refuse(NAMESPACES);
    await retries();
    const written = await after(6);
    expect(written).to.include('plain: Unknown NamespaceUnknown');
    expect(written.filter((line) => !line.startsWith('plain'))).to.deep.equal([]);
  });

  it('says that there is no configuration even if none was ever seen', async () => {
    cluster.items.delete(CONFIG_MAPS);
    await start();
    expect(await after(3)).to.deep.equal(['a: Unknown ConfigMissing', 'b: Unknown ConfigMissing']);
    expect(logger.complaints).to.deep.equal(['the mesh configuration has a finding']);
  });

  it('measures from the first change that was not answered yet', async () => {
    await start();
    await after(3);
    let release = (): void => undefined;
    cluster.held = new Promise((resolve) => (release = resolve));
    for (const port of ['1', '2', '3']) {
      const annotations = { 'openservicemesh.io/outbound-port-exclusion-list': port };
      cluster.push(PODS, 'MODIFIED', pod('a', { annotations }));
      await clock.advance(10_000);
    }
    release();
    await after(5);
    // The first change was worked on at once and written 30 s later, the others 20 s after the earlier one of them.
    expect(await metric('detection_latency_seconds_sum')).to.equal(50);
  });

  it('forgets a deleted pod', async () => {
    await start();
    await after(3);
    cluster.push(PODS, 'DELETED', pod('a'));
    expect(await after(4)).to.deep.equal([]);
    expect(await metric('pods{namespace="test",status="Verified"}')).to.equal(1);
    await clock.advance(3_600_000);
    cluster.push(PODS, 'ADDED', pod('a', { uid: 'again' }));
    expect(await after(5)).to.deep.equal(['a: True Verified']);
    expect(await metric('detection_latency_seconds_sum'), "the former pod's end is another story").to.equal(
      0,
    );
  });

  it('writes no conditions and no Events when told so, and counts all the same', async () => {
    await start({ writeConditions: false, writeEvents: false });
    cluster.push(CONFIG_MAPS, 'MODIFIED', config({ outbound_port_exclusion_list: '80' }));
    expect(await after(2)).to.deep.equal([]);
    expect(await metric('pods{namespace="test",status="Discrepant"}')).to.equal(2);
  });

  it('judges and writes as ever while the server that serves policy reports is down', async () => {
    const down = new ApiError({ code: 503, reason: 'ServiceUnavailable', message: 'no endpoints' });
    const list = cluster.list.bind(cluster);
    cluster.list = (path, query) =>
      /^\/apis\/(openreports|wgpolicyk8s)\.io/.test(path) ? Promise.reject(down) : list(path, query);
    await start({ writePolicyReports: true });
    expect(await after(3)).to.deep.equal(['a: True Verified', 'b: True Verified']);
    expect(auditor.readiness()).to.deep.equal({ ready: true });
    expect(await metric('informer_failing{resource="reports.openreports.io"}')).to.equal(1);
  });

  it('stops, and says so', async () => {
    await start();
    await after(3);
    stop.abort();
    await running;
    expect(auditor.readiness()).to.deep.equal({ ready: false, reason: 'stopping' });
    expect(logger.complaints).to.deep.equal([]);
  });
});
