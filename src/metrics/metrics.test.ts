import { expect } from 'chai';
import { Metrics } from './metrics.ts';
import { LiveMetrics } from './live-metrics.ts';
import { LIVE_METRICS } from './live-table.ts';
import { CONTROLLER_METRICS, METRICS, WORK_METRICS } from './table.ts';

const OF_CONTROLLER = { ...CONTROLLER_METRICS, ...WORK_METRICS };

describe('metrics', () => {
  let metrics: Metrics;
  let text: () => Promise<readonly string[]>;
  beforeEach(() => {
    metrics = new Metrics('1.2.3');
    text = async () => (await metrics.render()).split('\n');
  });

  it('exist from the start, each of the table with its type and help', async () => {
    const lines = await text();
    for (const { name, type, help } of Object.values(OF_CONTROLLER)) {
      expect(lines).to.include(`# TYPE ${name} ${type}`);
      expect(lines).to.include(`# HELP ${name} ${help}`);
    }
  });

  it('are all in the table, besides those of the process', async () => {
    const names = (await text()).flatMap((line) => /^# TYPE (osm_\S+)/.exec(line)?.[1] ?? []);
    expect(names).to.have.members(Object.values(OF_CONTROLLER).map(({ name }) => name));
    expect((await text()).some((line) => line.startsWith('process_cpu_seconds_total '))).to.equal(true);
  });

  it('have counters at zero for every value of result and type, before anything happened', async () => {
    const lines = await text();
    const zero = (series: string): void => {
      expect(lines).to.include(`osm_auditor_${series} 0`);
    };
    for (const result of ['success', 'error', 'requeued']) zero(`reconcile_total{result="${result}"}`);
    for (const result of ['success', 'error']) zero(`condition_patches_total{result="${result}"}`);
    for (const type of ['Normal', 'Warning']) {
      zero(`events_total{type="${type}"}`);
      for (const reason of ['budget', 'namespace'])
        zero(`events_dropped_total{type="${type}",reason="${reason}"}`);
    }
    for (const name of ['adds_total', 'retries_total', 'depth', 'unfinished_work_seconds'])
      zero(`workqueue_${name}`);
    for (const name of ['queue_duration_seconds', 'work_duration_seconds']) zero(`workqueue_${name}_count`);
    zero('workqueue_longest_running_processor_seconds');
    zero('config_valid');
    zero('detection_latency_seconds_count');
  });

  it('name the version', async () => {
    expect(await text()).to.include('osm_auditor_build_info{version="1.2.3"} 1');
  });

  it('are filled in before each scrape, and by nobody in between', async () => {
    let depth = 0;
    let calls = 0;
    metrics.beforeScrape(() => {
      calls += 1;
      metrics.workqueueDepth.set(++depth);
    });
    metrics.beforeScrape(() => metrics.leader.set(depth * 10));
    expect(calls).to.equal(0);
    expect(await text()).to.include.members(['osm_auditor_workqueue_depth 1', 'osm_auditor_leader 10']);
    expect(await text()).to.include.members(['osm_auditor_workqueue_depth 2', 'osm_auditor_leader 20']);
  });

  it('are on a registry of their own', async () => {
    metrics.workqueueAdds.inc();
    expect(await new Metrics('other').render()).to.include('osm_auditor_workqueue_adds_total 0');
  });

  it('sort durations into the buckets of the table', async () => {
    metrics.detectionLatency.observe(0.3);
    const lines = await text();
    expect(lines).to.include('osm_auditor_detection_latency_seconds_bucket{le="0.25"} 0');
    expect(lines).to.include('osm_auditor_detection_latency_seconds_bucket{le="0.5"} 1');
  });
});

describe('metrics of the node agent', () => {
  const lines = async (): Promise<readonly string[]> => (await new LiveMetrics('1').render()).split('\n');

  it('are those of its work and its own: what the controller counts is not counted twice', async () => {
    const names = (await lines()).flatMap((line) => /^# TYPE (osm_\S+)/.exec(line)?.[1] ?? []);
    const own = Object.values({ ...WORK_METRICS, ...LIVE_METRICS });
    expect(names).to.have.members(own.map(({ name }) => name));
    for (const { name } of Object.values(LIVE_METRICS)) expect(name).to.match(/^osm_auditor_live_/);
  });

  it('have every state and every result at zero', async () => {
    const text = await lines();
    for (const state of ['read', 'node_network', 'unreadable', 'waiting', 'not_applicable'])
      expect(text).to.include(`osm_auditor_live_readings{state="${state}"} 0`);
    for (const result of ['read', 'no_process', 'not_permitted', 'error'])
      expect(text).to.include(`osm_auditor_live_reads_total{result="${result}"} 0`);
    expect(text).to.include('osm_auditor_live_oldest_reading_age_seconds 0');
  });
});

describe('the table of metrics', () => {
  const entries = Object.values(METRICS);

  it('keeps to the naming of Prometheus', () => {
    for (const { name, type } of entries) {
      expect(name).to.match(/^osm_auditor_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      if (type === 'histogram') expect(name).to.match(/_seconds$/);
    }
    expect(new Set(entries.map(({ name }) => name)).size).to.equal(entries.length);
  });

  it("has no label for a pod's name or uid, but for what each pod's kernel counts", () => {
    for (const { name, labels } of entries.filter((each) => each !== METRICS.liveConnections))
      expect(labels, name).to.not.include.any.members(['pod', 'name', 'uid']);
  });

  it('has rising buckets', () => {
    for (const entry of entries) {
      const { name, buckets = [] }: { name: string; buckets?: readonly number[] } = entry;
      expect(buckets, name).to.deep.equal(buckets.toSorted((a, b) => a - b));
    }
  });
});
