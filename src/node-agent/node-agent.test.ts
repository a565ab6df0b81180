/** When the agent reads, whom it tells what, and what it counts: with the real judgement, and a kernel and a cluster in memory. */
import { expect } from 'chai';
import { LIVE_REDIRECTION } from '../core/audit/condition-text.ts';
import { LiveMetrics } from '../metrics/live-metrics.ts';
import { FakeKernel, NO_PROCESS, savedBy, tables } from '../testing/fake-kernel.ts';
import { CONFIG_MAPS, NAMESPACES, PODS, type Item } from '../testing/kube/fake-cluster.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { until } from '../testing/kube/until.ts';
import { WrittenCluster } from '../testing/kube/written-cluster.ts';
import { GUIDE_SCRIPTS } from '../testing/guide.ts';
import { readJson } from '../testing/repository.ts';
import { NodeAgent, type NodeAgentOptions } from './node-agent.ts';

const INTERVAL_MS = 60_000;

const item = (name: string, recorded = 'good'): Item => {
  const object = readJson(`examples/recorded/${recorded}.json`) as Item;
  return { ...object, metadata: { ...object.metadata, name, uid: name, resourceVersion: '2' } };
};
/** The same with another state of osm-init, after it was verified. */
const initState = (pod: Item, state: object, restartCount = 0): Item => {
  const status = pod['status'] as { readonly initContainerStatuses: readonly [object] };
  const [init] = status.initContainerStatuses;
  const { type, verified: message } = LIVE_REDIRECTION;
  const conditions = [{ type, status: 'True', reason: 'Verified', message }];
  const initContainerStatuses = [{ ...init, state, restartCount }];
  return { ...pod, status: { ...status, initContainerStatuses, conditions } };
};
const ended = (finishedAt: string): object => ({
  terminated: { exitCode: 0, reason: 'Completed', finishedAt },
});
const RUNNING = { running: { startedAt: '2026-11-23T09:00:00Z' } };
const config = (data: object = {}): Item => {
  return { metadata: { name: 'osm-config', namespace: 'osm-system', uid: 'c', resourceVersion: '2' }, data };
};
/** Without the rule that lets Envoy's own traffic go. */
const withoutOwner = savedBy().replace(/^-A PROXY_OUTPUT -m owner .*\n/m, '');
const counted = (saved: string, packets: number): string =>
  saved.replaceAll(/^-A /gm, `[${packets}:${packets * 60}] -A `);

const UNREADABLE = ['a: Unknown LiveUnreadable', 'a: Warning LiveUnreadable'];

describe('node agent', () => {
  let cluster: WrittenCluster;
  let kernel: FakeKernel;
  let clock: ManualClock;
  let metrics: LiveMetrics;
  let logger: RecordingLogger;
  let agent: NodeAgent;
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    cluster = new WrittenCluster();
    cluster.items.set(PODS, [item('a'), item('b')]).set(CONFIG_MAPS, [config()]);
    kernel = new FakeKernel();
    clock = new ManualClock(Date.parse('2026-11-23T12:00:00Z'));
    metrics = new LiveMetrics('test');
    logger = new RecordingLogger();
    stop = new AbortController();
    running = Promise.resolve();
    const fake: unknown = cluster;
    agent = new NodeAgent({
      cluster: fake as NodeAgentOptions['cluster'],
      kernel,
      clock,
      logger,
      metrics,
      node: 'worker-1',
      osmNamespace: undefined,
      graceMs: 60_000,
      settleMs: 5000,
      fork: {},
      sweepIntervalMs: INTERVAL_MS,
      writeConditions: true,
      writeEvents: true,
      instance: 'test',
      random: () => 0.5,
    });
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const begin = async (): Promise<void> => {
    running = agent.run(stop.signal);
    await until('watches', () => [PODS, NAMESPACES, CONFIG_MAPS].every((path) => cluster.watched.has(path)));
  };
  const start = async (): Promise<readonly string[]> => {
    await begin();
    await until('readiness', () => agent.readiness().ready);
    return written();
  };
  /** What was written since it was taken last, once there is nothing more to do. */
  const written = async (): Promise<readonly string[]> => {
    // The gate for writes has timers of its own, in real time.
    for (let i = 0; i < 3; i++) await settle();
    return cluster.written.splice(0).sort();
  };
  const sweep = async (): Promise<readonly string[]> => {
    await clock.advance(INTERVAL_MS);
    return written();
  };
  const change = async (pod: Item): Promise<readonly string[]> => {
    const others = cluster.items.get(PODS)?.filter(({ metadata }) => metadata.name !== pod.metadata.name);
    cluster.items.set(PODS, [...(others ?? []), pod]);
    cluster.push(PODS, 'MODIFIED', pod);
    return written();
  };
  const metric = async (series: string): Promise<number> => {
    const line = (await metrics.render())
      .split('\n')
      .find((each) => each.startsWith(`osm_auditor_${series} `));
    return Number(line?.split(' ').at(-1));
  };

  it('does nothing before it runs', () => {
    expect([cluster.lists, kernel.scans]).to.deep.equal([[], 0]);
    expect(agent.readiness()).to.deep.equal({ ready: false, reason: 'not started' });
  });

  it('asks the server for the pods of its node alone', async () => {
    await start();
    const asked = cluster.lists
      .filter(({ path }) => path === PODS)
      .map(({ query }) => query['fieldSelector']);
    expect(new Set(asked)).to.deep.equal(new Set(['spec.nodeName=worker-1']));
  });

  it('reads every pod at the start with one scan, and says what their kernels do', async () => {
    kernel.pods.set('b', tables(withoutOwner));
    expect(await start()).to.deep.equal([
      'a: True Verified',
      'b: False LiveRuleMissing',
      'b: Warning LiveRuleMissing',
    ]);
    expect([kernel.scans, kernel.reads.sort()]).to.deep.equal([1, ['a', 'b']]);
    expect(await metric('live_pods{namespace="test",status="Discrepant"}')).to.equal(1);
    expect(await metric('live_findings{namespace="test",code="OA703",severity="error"}')).to.equal(1);
    expect(await metric('live_readings{state="read"}')).to.equal(2);
    expect(await metric('live_reads_total{result="read"}')).to.equal(2);
    expect(await metrics.render()).not.to.match(/^osm_auditor_(pods|findings)\{|code="OA1/m);
  });

  it('is not woken by its own conditions, and writes nothing in a quiet cluster', async () => {
    await start();
    expect(await sweep()).to.deep.equal([]);
    for (const uid of ['a', 'b']) kernel.pods.set(uid, tables(counted(savedBy(), 7)));
    expect(await sweep(), 'only counters have changed').to.deep.equal([]);
    expect(kernel.scans, 'one a sweep').to.equal(3);
  });

  it('tells once of rules that change, and once that they are right again', async () => {
    await start();
    kernel.pods.set('a', tables(withoutOwner));
    expect(await sweep()).to.deep.equal(['a: False LiveRuleMissing', 'a: Warning LiveRuleMissing']);
    expect(await sweep()).to.deep.equal([]);
    kernel.pods.delete('a');
    expect(await sweep()).to.deep.equal(['a: Normal RedirectionLiveVerified', 'a: True Verified']);
    expect(await sweep()).to.deep.equal([]);
  });

  it('judges by the last readings when the configuration changes, without reading', async () => {
    await start();
    kernel.reads = [];
    cluster.push(CONFIG_MAPS, 'MODIFIED', config({ outbound_port_exclusion_list: '80' }));
    expect(await written()).to.deep.equal([
      'a: False LiveFollowsScript',
      'a: Warning LiveFollowsScript',
      'b: False LiveFollowsScript',
      'b: Warning LiveFollowsScript',
    ]);
    expect(kernel.reads).to.deep.equal([]);
  });

  it('reads a pod again when osm-init has run anew, and not while it runs', async () => {
    await start();
    kernel.reads = [];
    kernel.pods.set('a', tables('', 2));
    expect(await change(initState(item('a'), RUNNING, 1)), 'it says so').to.deep.equal([
      'a: Unknown PodStarting',
    ]);
    expect(kernel.reads).to.deep.equal([]);
    expect(await metric('live_readings{state="waiting"}')).to.equal(1);
    kernel.pods.set('a', tables(savedBy(), 2));
    await change(initState(item('a'), ended('2026-11-23T12:00:01Z'), 1));
    expect(await metric('live_readings{state="read"}')).to.equal(2);
    expect(kernel.reads).to.deep.equal(['a']);
  });

  it('knows rules that were lost with the network', async () => {
    await start();
    kernel.pods.set('a', tables('', 2));
    expect(await sweep()).to.include('a: False LiveRedirectionMissing');
    expect(cluster.lastMessage).to.include(
      "The pod's network was made anew, and osm-init has not run in it.",
    );
  });

  it('counts pods that the mesh does not concern, and does not read them', async () => {
    cluster.items.set(PODS, [item('a'), item('plain', 'no-sidecar')]);
    expect(await start()).to.deep.equal(['a: True Verified']);
    expect(kernel.reads).to.deep.equal(['a']);
    expect(await metric('live_readings{state="not_applicable"}')).to.equal(1);
  });

  it('looks a second time before it says that a pod has no process', async () => {
    await start();
    kernel.pods.set('a', NO_PROCESS);
    expect(await sweep()).to.deep.equal([]);
    await clock.advance(5000);
    expect(await written()).to.deep.equal(UNREADABLE);
    kernel.pods.delete('a');
    expect(await sweep()).to.deep.equal(['a: True Verified']);
    kernel.pods.set('a', NO_PROCESS);
    await sweep();
    kernel.pods.delete('a');
    await clock.advance(5000);
    expect(await written(), 'the sandbox was made anew').to.deep.equal([]);
  });

  it('takes a finding for lasting while the kernel cannot be read', async () => {
    kernel.pods.set('a', tables(withoutOwner));
    await start();
    kernel.pods.set('a', { kind: 'unreadable', why: 'failed', reason: 'iptables-save ended with 1' });
    expect(await sweep()).to.deep.equal(UNREADABLE);
    kernel.pods.set('a', tables(withoutOwner));
    expect(await sweep(), 'no second Warning').to.deep.equal(['a: False LiveRuleMissing']);
  });

  it('is not ready until all pods are judged', async () => {
    let release: () => void = () => undefined;
    kernel.held = new Promise((resolve) => (release = resolve));
    await begin();
    await settle();
    expect(agent.readiness()).to.have.property('ready', false);
    expect(cluster.written).to.deep.equal([]);
    release();
    await until('readiness', () => agent.readiness().ready);
  });

  it('is not ready while no kernel may be read, and the log says so once', async () => {
    const closed = { kind: 'unreadable', why: 'not-permitted', reason: 'SYS_PTRACE is missing' } as const;
    for (const uid of ['a', 'b']) kernel.pods.set(uid, closed);
    await begin();
    await until('the pods are judged', () => cluster.written.length === 4);
    expect(agent.readiness()).to.deep.equal({
      ready: false,
      reason: 'no kernel of a pod may be read (SYS_PTRACE is missing)',
    });
    await sweep();
    const said = logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(said).to.deep.equal(['no kernel of a pod may be read: a capability is missing']);
    kernel.pods.delete('a');
    await sweep();
    expect(agent.readiness().ready).to.equal(true);
  });

  it('tries again what throws, and believes what it read before meanwhile, once', async () => {
    await start();
    kernel.pods.set('a', new Error('EMFILE'));
    await clock.advance(INTERVAL_MS - 1);
    kernel.reads = [];
    await clock.advance(1);
    await settle();
    expect(kernel.reads.filter((uid) => uid === 'a').length).to.be.greaterThan(1);
    await until('it says so', () => cluster.written.length > 0);
    expect(await written()).to.deep.equal(UNREADABLE);
    kernel.pods.delete('a');
    await clock.advance(INTERVAL_MS);
    expect(await written()).to.deep.equal(['a: True Verified']);
    expect(await metric('live_reads_total{result="error"}')).to.be.greaterThan(1);
  });

  it('forgets pods that are gone', async () => {
    kernel.pods.set('a', tables(counted(savedBy(), 3)));
    await start();
    expect(await metrics.render()).to.include('pod="a"');
    cluster.push(PODS, 'DELETED', item('a'));
    await written();
    expect(await metrics.render()).not.to.include('pod="a"');
    expect(await metric('live_readings{state="read"}')).to.equal(1);
    kernel.reads = [];
    await sweep();
    expect(kernel.reads).to.deep.equal(['b']);
  });

  it('counts connections of each pod, and of each exclusion those of between the readings', async () => {
    const excluding = savedBy(GUIDE_SCRIPTS.ports);
    for (const uid of ['a', 'b']) kernel.pods.set(uid, tables(counted(excluding, 3)));
    await start();
    const redirected =
      'live_connections_total{namespace="test",pod="a",direction="inbound",outcome="redirected"}';
    const [exclusion = ''] = /live_exclusion_connections_total\{[^}]*\}/.exec(await metrics.render()) ?? [];
    expect([await metric(redirected), await metric(exclusion)]).to.deep.equal([3, 0]);
    kernel.pods.set('a', tables(counted(excluding, 5)));
    await sweep();
    expect([await metric(redirected), await metric(exclusion)]).to.deep.equal([5, 2]);
  });

  it('shows how old the oldest reading is', async () => {
    await start();
    await clock.advance(30_000);
    expect(await metric('live_oldest_reading_age_seconds')).to.equal(30);
  });
});
