import { expect } from 'chai';
import { finding } from '../core/audit/finding.ts';
import type { Report } from '../core/audit/report.ts';
import { Metrics } from '../metrics/metrics.ts';
import { allInformers, type Informers } from './informers.ts';
import { observeWork, refreshPods, refreshWork } from './instrumentation.ts';
import { PodStatuses } from './pod-statuses.ts';

const NUMBERS = {
  watchRestarts: 0,
  relists: 0,
  missedEvents: 0,
  blindSince: undefined,
  projectionFailures: 0,
  handlerFailures: 0,
  lastEventAt: undefined as number | undefined,
  lastContactAt: undefined as number | undefined,
  failure: undefined as unknown,
};
const MISSING = { lastContactAt: 2500, missedEvents: 4, relists: 3 };
const informer = (name: string, synced: boolean, stats: Partial<typeof NUMBERS> = {}): unknown => {
  return { name, synced, stats: { ...NUMBERS, ...stats } };
};
const verdict = (namespace: string, rest: Partial<Report> = {}): Report => {
  const identity = { namespace, name: 'web', uid: 'u' };
  return {
    ...identity,
    status: 'Verified',
    findings: [],
    dialect: undefined,
    undecided: [],
    recheckAt: undefined,
    configSource: undefined,
    ...rest,
  };
};

describe('the metrics of the queue', () => {
  it('count adds, results and retries, and the wait and the work in seconds', async () => {
    const metrics = new Metrics('test');
    const observer = observeWork(metrics);
    observer.added();
    observer.added();
    observer.retried();
    observer.started(1500);
    observer.finished('requeued', 3);
    observer.finished('error', 4000);
    expect((await metrics.render()).split('\n')).to.include.members([
      'osm_auditor_workqueue_adds_total 2',
      'osm_auditor_workqueue_retries_total 1',
      'osm_auditor_workqueue_queue_duration_seconds_sum 1.5',
      'osm_auditor_workqueue_work_duration_seconds_sum 4.003',
      'osm_auditor_workqueue_work_duration_seconds_bucket{le="0.001"} 0',
      'osm_auditor_workqueue_work_duration_seconds_bucket{le="0.005"} 1',
      'osm_auditor_reconcile_total{result="requeued"} 1',
      'osm_auditor_reconcile_total{result="success"} 0',
    ]);
  });
});

describe('the metrics read before a scrape', () => {
  let metrics: Metrics;
  let statuses: PodStatuses;
  let pods: unknown;
  beforeEach(() => {
    metrics = new Metrics('test');
    statuses = new PodStatuses();
    pods = informer('pods', true, { watchRestarts: 2, projectionFailures: 1, lastEventAt: 1500, ...MISSING });
    metrics.beforeScrape(() => {
      const configs = {
        ConfigMap: informer('configmaps', true, { failure: new Error('forbidden') }),
        MeshConfig: informer('meshconfigs', false, { watchRestarts: 5 }),
        FsmMeshConfig: informer('fsm-meshconfigs', true),
      };
      const webhooks = informer('webhooks', true, { lastEventAt: 2500 });
      const informers: unknown = { pods, namespaces: informer('namespaces', false), configs, webhooks };
      const queue = { depth: 7, unfinished: { totalMs: 90_500, longestMs: 61_000 } };
      refreshPods(metrics, statuses);
      refreshWork(metrics, allInformers(informers as Informers), queue);
    });
  });
  const text = async (): Promise<readonly string[]> =>
    (await metrics.render()).split('\n').map((line) => line.replace('osm_auditor_', ''));

  it('tell of the queue and of each informer', async () => {
    expect(await text()).to.include.members([
      'workqueue_depth 7',
      'workqueue_unfinished_work_seconds 90.5',
      'workqueue_longest_running_processor_seconds 61',
      'informer_synced{resource="pods"} 1',
      'informer_synced{resource="namespaces"} 0',
      'informer_failing{resource="pods"} 0',
      'informer_failing{resource="configmaps"} 1',
      'informer_last_event_timestamp_seconds{resource="pods"} 1.5',
      'informer_last_event_timestamp_seconds{resource="namespaces"} 0',
      'informer_last_contact_timestamp_seconds{resource="pods"} 2.5',
      'informer_last_contact_timestamp_seconds{resource="namespaces"} 0',
      'informer_missed_events_total{resource="pods"} 4',
      'informer_relists_total{resource="pods"} 3',
      'watch_restarts_total{resource="pods"} 2',
      'watch_restarts_total{resource="configmaps"} 0',
      'informer_unreadable_objects_total{resource="pods"} 1',
    ]);
  });

  it('leave out no informer', async () => {
    const synced = (await text()).filter((line) => line.startsWith('informer_synced{'));
    expect(synced.sort()).to.deep.equal([
      'informer_synced{resource="configmaps"} 1',
      'informer_synced{resource="fsm-meshconfigs"} 1',
      'informer_synced{resource="meshconfigs"} 0',
      'informer_synced{resource="namespaces"} 0',
      'informer_synced{resource="pods"} 1',
      'informer_synced{resource="webhooks"} 1',
    ]);
    expect(await text()).to.include.members([
      'watch_restarts_total{resource="meshconfigs"} 5',
      'informer_last_event_timestamp_seconds{resource="webhooks"} 2.5',
    ]);
  });

  it('do not add up from scrape to scrape', async () => {
    await text();
    pods = informer('pods', true, { watchRestarts: 3, projectionFailures: 2 });
    expect(await text()).to.include.members([
      'watch_restarts_total{resource="pods"} 3',
      'informer_unreadable_objects_total{resource="pods"} 2',
    ]);
  });

  it('hold a namespace that no server would allow in one label of one line', async () => {
    for (const namespace of ['a"} 1\nforged{x="', 'b\u001b[2J\u202e\\', '__proto__', 'constructor']) {
      statuses.set(`${namespace}/web`, verdict(namespace));
    }
    const pods = (await text()).filter((line) => line.includes('status="Verified"'));
    expect(pods.sort()).to.deep.equal([
      'pods{namespace="__proto__",status="Verified"} 1',
      'pods{namespace="a\\"} 1\\\\u{a}forged{x=\\"",status="Verified"} 1',
      'pods{namespace="b\\\\u{1b}[2J\\\\u{202e}\\\\",status="Verified"} 1',
      'pods{namespace="constructor",status="Verified"} 1',
    ]);
  });

  it('count pods and findings, and leave nothing of a namespace that is gone', async () => {
    const { code, severity, ...crash } = finding('SidecarNotRunning', 'It keeps ending.');
    const series = `findings{namespace="a",code="${code}",severity="${severity}"}`;
    statuses.set('a/web', verdict('a', { status: 'Discrepant', findings: [{ code, severity, ...crash }] }));
    statuses.set('b/web', verdict('b'));
    expect(await text()).to.include.members([
      `${series} 1`,
      'pods{namespace="a",status="Discrepant"} 1',
      'pods{namespace="a",status="Verified"} 0',
      'pods{namespace="b",status="Verified"} 1',
    ]);
    statuses.set('a/web', verdict('a'));
    expect(await text()).to.include(`${series} 0`);
    statuses.forget('a/web');
    expect((await text()).filter((line) => line.includes('namespace="a"'))).to.deep.equal([]);
  });
});
