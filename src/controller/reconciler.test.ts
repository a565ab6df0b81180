import { expect } from 'chai';
import { audit } from '../core/audit/audit.ts';
import type { ConfigSet } from '../core/osm/choose-config.ts';
import { INJECTION_ANNOTATION, MONITORED_BY_LABEL } from '../core/osm/names.ts';
import type { Namespace, Pod } from '../core/osm/pod.ts';
import type { Condition, ConditionPatch } from '../kube/conditions.ts';
import { Metrics } from '../metrics/metrics.ts';
import {
  configSet,
  configWith,
  CREATED,
  envoy,
  initContainer,
  meshConfig,
  meshedPod,
  namespaceOf,
  NO_CONFIG,
  status,
  waiting,
} from '../testing/builders.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { osmScript } from '../testing/osm-scripts.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { ConfigReporter } from './config-reporter.ts';
import { Judge } from './judge.ts';
import { CONFIG_KEY, namespaceKey } from './keys.ts';
import { Reconciler } from './reconciler.ts';
import { ConditionWriter } from './condition-writer.ts';
import { Notices } from './notices.ts';
import { Reporter } from './reporter.ts';
import { Sweep } from './sweep.ts';
import type { PodSnapshot } from './snapshot.ts';
import { PodStatuses } from './pod-statuses.ts';

const KEY = 'test/web';
const meshes = ['one', 'two'].map((name) => ({ name, namespace: name }));
const [first, second, bad] = [
  meshConfig({ namespace: 'one' }),
  meshConfig({ namespace: 'two' }),
  meshConfig({ namespace: 'two', outboundPorts: [0] }),
];
const STARTING = meshedPod({
  initContainers: [],
  containers: [envoy({ status: status(waiting('ContainerCreating')) })],
});

describe('reconciler', () => {
  let clock: ManualClock;
  let metrics: Metrics;
  let statuses: PodStatuses;
  let pods: Map<string, PodSnapshot>;
  let notices: Notices;
  let configs: ConfigSet;
  let namespace: (name: string) => Namespace;
  let written: Condition[];
  let failing: boolean;
  /** How long a write takes. */
  let writeMs: number;
  let conditions: ConditionWriter;
  let logger: RecordingLogger;
  let leading: boolean;
  let queued: string[];
  let sweep: Sweep;
  let reconciler: Reconciler;

  beforeEach(() => {
    clock = new ManualClock(CREATED + 10_000);
    metrics = new Metrics('test');
    statuses = new PodStatuses();
    logger = new RecordingLogger();
    pods = new Map();
    notices = new Notices();
    configs = configWith({});
    namespace = (name) =>
      namespaceOf(name, {
        labels: { [MONITORED_BY_LABEL]: 'osm' },
        annotations: { [INJECTION_ANNOTATION]: 'enabled' },
      });
    written = [];
    failing = false;
    writeMs = 0;
    leading = true;
    queued = [];
    conditions = new ConditionWriter({
      api: {
        patchNamespacedPodStatus: async ({ body }) => {
          await clock.advance(writeMs);
          if (failing) throw new Error('no answer');
          written.push((body as ConditionPatch).status.conditions[0]);
        },
      },
      clock,
      onPatch: () => undefined,
      lookAgain: () => undefined,
    });
    const around = { namespace: (name: string) => namespace(name), configs: () => configs };
    const gathering = { graceMs: 60_000, settleMs: 5000, fork: {} };
    const reporter = new Reporter({ conditions, events: undefined });
    const leadership = {
      get leading() {
        return leading;
      },
    };
    const judge = new Judge({ pods, around, verdict: audit, gathering, statuses, metrics, clock });
    const shared = { around, judge, reporter, leadership, metrics, notices, logger };
    const queue = {
      add: (key: string) => queued.push(key),
      addAfter: () => undefined,
      isRunning: () => false,
    };
    sweep = new Sweep({ ...shared, pods, queue, events: undefined, part: undefined });
    reconciler = new Reconciler({
      ...shared,
      sweep,
      configReporter: new ConfigReporter(undefined, new RecordingLogger()),
      clock,
    });
  });

  const know = (pod: Pod): void => void pods.set(KEY, { pod, condition: undefined });
  const sample = async (line: RegExp): Promise<string | undefined> => line.exec(await metrics.render())?.[1];
  const latencies = (): Promise<string | undefined> =>
    sample(/^osm_auditor_detection_latency_seconds_(count \d+)$/m);
  const present = (): readonly string[] =>
    statuses
      .podCounts()
      .filter(({ pods: count }) => count > 0)
      .map(({ namespace, status: which, pods: count }) => `${namespace} ${which} ${count}`);

  it('judges a pod, keeps the verdict and writes the condition', async () => {
    know(meshedPod());
    expect(await reconciler.reconcile(KEY)).to.equal(undefined);
    expect(written.map(({ status: value, reason }) => [value, reason])).to.deep.equal([['True', 'Verified']]);
    expect(present()).to.deep.equal(['test Verified 1']);
    expect(await sample(/^osm_auditor_audit_duration_seconds_(count \d+)$/m)).to.equal('count 1');
  });

  it('judges by what the surroundings say now', async () => {
    know(meshedPod());
    await reconciler.reconcile(KEY);
    configs = configWith({ outbound_port_exclusion_list: '80' });
    await reconciler.reconcile(KEY);
    expect(written.map(({ reason }) => reason)).to.deep.equal(['Verified', 'ExcludedPortMissing']);
    expect(present()).to.deep.equal(['test Discrepant 1']);
    expect(logger.lines, 'the log tells of the change').to.deep.equal([
      {
        level: 'info',
        message: 'the status of a pod has changed',
        fields: { namespace: 'test', pod: 'web', status: 'Discrepant', findings: 'OA403' },
      },
    ]);
  });

  it('comes back when the grace period has ended, and finds it ended', async () => {
    know(STARTING);
    const again = await reconciler.reconcile(KEY);
    expect(again).to.deep.equal({ requeueAfterMs: 50_001 });
    await clock.advance(again?.requeueAfterMs ?? 0);
    expect(await reconciler.reconcile(KEY)).to.equal(undefined);
    expect(present()).to.deep.equal(['test Discrepant 1']);
  });

  it('comes back when a change of the configuration has settled, and finds it settled', async () => {
    configs = configWith({ outbound_port_exclusion_list: '80' }, clock.now() - 1000);
    know(meshedPod({ createdAt: clock.now() }));
    const again = await reconciler.reconcile(KEY);
    expect(again).to.deep.equal({ requeueAfterMs: 5001 });
    expect(present()).to.deep.equal(['test Unknown 1']);
    await clock.advance(again?.requeueAfterMs ?? 0);
    expect(await reconciler.reconcile(KEY)).to.equal(undefined);
    expect(written.map(({ reason }) => reason)).to.deep.equal(['ConfigSettling', 'ExcludedPortMissing']);
  });

  it("judges a pod by the configuration of its namespace's mesh", async () => {
    const labels = { [MONITORED_BY_LABEL]: 'two' };
    configs = configSet([first, meshConfig({ namespace: 'two', outboundPorts: [80] })], { meshes });
    namespace = () => namespaceOf('test', { labels });
    know(meshedPod({ initContainers: [initContainer(osmScript('R2', { ports: [80] }))] }));
    await reconciler.reconcile(KEY);
    labels[MONITORED_BY_LABEL] = 'one';
    await reconciler.reconcile(KEY);
    expect(written.map(({ reason }) => reason)).to.deep.equal(['Verified', 'ExcludedPortExtra']);
  });

  it('forgets a pod that is gone: its verdict, what was told of it, and the notice of its end', async () => {
    know(meshedPod());
    await reconciler.reconcile(KEY);
    const untouched = { pod: meshedPod(), condition: undefined };
    expect(conditions.present(untouched)).to.have.property('status', 'True');
    pods.clear();
    notices.note(KEY, clock.monotonic());
    expect(await reconciler.reconcile(KEY)).to.equal(undefined);
    expect(present()).to.deep.equal([]);
    expect(conditions.present(untouched), 'nothing is known of the next pod of the name').to.equal(undefined);
    expect(notices.take(KEY), 'notices must not pile up').to.equal(undefined);
  });

  it('measures from the notice of a change to the end of the writes', async () => {
    know(meshedPod());
    notices.note(KEY, clock.monotonic());
    writeMs = 2000;
    await reconciler.reconcile(KEY);
    expect(await latencies()).to.equal('count 1');
    expect(await sample(/^osm_auditor_detection_latency_seconds_sum (.+)$/m)).to.equal('2');
  });

  it('measures nothing when nothing was written, or nobody waits for the news', async () => {
    know(meshedPod());
    await reconciler.reconcile(KEY);
    const told = { pod: meshedPod(), condition: written[0] };
    pods.set(KEY, told);
    notices.note(KEY, clock.monotonic());
    await reconciler.reconcile(KEY);
    expect(written).to.have.length(1);
    expect(await latencies()).to.equal('count 0');
  });

  it('judges and counts, and writes nothing, while another replica leads', async () => {
    know(meshedPod());
    leading = false;
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(CONFIG_KEY);
    expect(present()).to.deep.equal(['test Verified 1']);
    expect(written).to.deep.equal([]);
    expect(queued).to.deep.equal([]);
  });

  it('puts in line those pods of a namespace about which there is something to write', async () => {
    know(meshedPod());
    pods.set('other/web', { pod: meshedPod({ namespace: 'other' }), condition: undefined });
    await reconciler.reconcile(namespaceKey('test'));
    expect(queued).to.deep.equal([KEY]);
    await reconciler.reconcile(CONFIG_KEY);
    expect(queued).to.deep.equal([KEY, KEY, 'other/web']);
  });

  it('writes no pod while a sweep over all pods is owed, judges it all the same, and comes back to it', async () => {
    know(meshedPod());
    sweep.expect();
    await reconciler.reconcile(KEY);
    expect(present()).to.deep.equal(['test Verified 1']);
    expect(written).to.deep.equal([]);
    expect(queued).to.deep.equal([]);
    await reconciler.reconcile(CONFIG_KEY);
    expect(queued, 'once, by the sweep').to.deep.equal([KEY]);
    await reconciler.reconcile(KEY);
    expect(written).to.have.length(1);
  });

  it('does not race another writer: ten writes on a pod at once, then one each second, and the last word is ours', async () => {
    know(meshedPod());
    notices.note(KEY, clock.monotonic());
    const write = async (): Promise<unknown> => {
      conditions.reset(); // as if somebody else had taken the condition away
      return reconciler.reconcile(KEY);
    };
    for (let time = 0; time < 10; time += 1) expect(await write()).to.equal(undefined);
    expect(await write()).to.deep.equal({ requeueAfterMs: 1000 });
    expect(written).to.have.length(10);
    await clock.advance(1000);
    expect(await write()).to.equal(undefined);
    expect(written).to.have.length(11);
  });

  it('hands a failure on, and the next try writes', async () => {
    know(meshedPod());
    failing = true;
    const error: unknown = await reconciler.reconcile(KEY).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'no answer');
    expect(present(), 'the verdict stands all the same').to.deep.equal(['test Verified 1']);
    failing = false;
    await reconciler.reconcile(KEY);
    expect(written).to.have.length(1);
  });

  it('says of the configuration whether it was found and every value means something', async () => {
    const valid = (): Promise<string | undefined> => sample(/^osm_auditor_config_valid (.+)$/m);
    const unreadable = [{ kind: 'MeshConfig', reason: 'forbidden' }] as const;
    const cases: readonly (readonly [string, ConfigSet, string])[] = [
      ['found', configWith({}), '1'],
      ['a bad value', configWith({ outbound_port_exclusion_list: 'http' }), '0'],
      ['mended', configWith({ outbound_port_exclusion_list: '80' }), '1'],
      ['missing', NO_CONFIG, '0'],
      ['a MeshConfig', configSet([meshConfig()]), '1'],
      ['unreadable', configSet([meshConfig()], { unreadable }), '0'],
      ['one for each mesh', configSet([first, second], { meshes }), '1'],
      ['two for one mesh', configSet([first, second]), '0'],
      ['one of two is bad', configSet([first, bad], { meshes }), '0'],
    ];
    for (const [what, set, value] of cases) {
      configs = set;
      expect(await reconciler.reconcile(CONFIG_KEY)).to.equal(undefined);
      expect(await valid(), what).to.equal(value);
    }
    expect(written).to.deep.equal([]);
  });
});
