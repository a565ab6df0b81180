/** The metrics, alerts and dashboard that are shipped, on a real Prometheus that scrapes osm-auditor in the cluster. */
import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GUIDE } from '../../src/core/osm/releases.ts';
import { scriptIn } from '../../src/testing/osm-scripts.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { INIT_TAGS } from '../node/pod-images.ts';
import { eventually } from '../scenarios/cluster.ts';
import { draw, type Drawn, type Panel, type Series } from './graphs.ts';
import { Ground } from './ground.ts';
import { Prometheus } from './prometheus.ts';
import { note } from './report.ts';
import { says } from './seen-pod.ts';

const NAMESPACE = 'scraped';
const JOBS = ['annotations', 'service-monitor'];

describe('on a real Prometheus', function () {
  this.timeout(240_000);
  let ground: Ground;
  let prometheus: Prometheus;

  before(async () => {
    ground = await Ground.open();
    await ground.meshes();
    await ground.configMap({});
    await ground.namespace(NAMESPACE);
    const script = scriptIn(GUIDE.dialect);
    await ground.create(
      ['one', 'two'].map((name) => ({
        name,
        release: GUIDE,
        backend: 'legacy',
        tag: INIT_TAGS.guide,
        script,
      })),
      () => NAMESPACE,
    );
    prometheus = await Prometheus.deploy(ground.cluster);
    await ground.become(NAMESPACE, { one: says('True Verified'), two: says('True Verified') });
  });

  after(async () => {
    await ground.deleteNamespaces(NAMESPACE, 'monitoring');
    await ground.cluster.kubectl([
      'delete',
      'configmap',
      'osm-config',
      '-n',
      'osm-system',
      '--ignore-not-found',
    ]);
  });

  const configured = async (data: Readonly<Record<string, string>>): Promise<number> => {
    await ground.configMap(data);
    return Date.now();
  };
  const told = (alert: string, state: string, since: number): void => {
    const seconds = (Date.now() - since) / 1000;
    note({ scenario: `alert ${alert}`, auditor: state, kernel: '', seconds });
  };

  it('has every alert fire at its time and not before, by the rules that are shipped', async () => {
    expect(await prometheus.testRules()).to.include('SUCCESS');
  });

  for (const job of JOBS) {
    it(`scrapes both replicas by ${job}, and counts pods in their own namespace`, async () => {
      const series = await eventually('both replicas are scraped', async () => {
        const found = await prometheus.query(
          `osm_auditor_pods{job="${job}", namespace="${NAMESPACE}", status="Verified"}`,
        );
        return found.length === 2 && found.every(({ value }) => value === 2) ? found : undefined;
      });
      expect(new Set(series.map(({ metric }) => metric['pod'])).size).to.equal(2);
      expect(await prometheus.query(`sum(osm_auditor_leader{job="${job}"})`)).to.deep.equal([
        { metric: {}, value: 1 },
      ]);
    });
  }

  it('is quiet while nothing is wrong', async () => {
    const firing = async (): Promise<readonly unknown[]> =>
      (await prometheus.alerts())
        .filter(({ state }) => state === 'firing')
        .map(({ labels }) => labels['alertname']);
    await eventually('no alert fires', async () => ((await firing()).length === 0 ? true : undefined));
    for (let look = 0; look < 20; look += 1) {
      await sleep(500);
      expect(await firing()).to.deep.equal([]);
    }
  });

  it('fires for a namespace and for the fleet when a change leaves pods behind, and resolves', async () => {
    const since = await configured({ outbound_port_exclusion_list: '7070' });
    const alert = await prometheus.until('OsmRedirectionDiscrepant', true);
    expect(alert?.labels['namespace']).to.equal(NAMESPACE);
    expect(alert?.annotations['summary']).to.equal(
      `In namespace ${NAMESPACE} the traffic of 2 pods is not redirected as the mesh configuration says.`,
      'though two jobs scrape each replica',
    );
    told('OsmRedirectionDiscrepant', 'fires', since);
    await prometheus.until('OsmRedirectionDiscrepantFleet', true);
    const mended = await configured({});
    await prometheus.until('OsmRedirectionDiscrepant', false);
    told('OsmRedirectionDiscrepant', 'resolves', mended);
    await prometheus.until('OsmRedirectionDiscrepantFleet', false);
  });

  it('fires when the configuration has a value that means nothing, and while pods are unknown for it, and resolves', async () => {
    const since = await configured({ outbound_ip_range_exclusion_list: '1.1.1.1/33' });
    await prometheus.until('OsmMeshConfigInvalid', true);
    told('OsmMeshConfigInvalid', 'fires', since);
    await prometheus.until('OsmRedirectionUnknown', true);
    const mended = await configured({});
    await prometheus.until('OsmMeshConfigInvalid', false);
    told('OsmMeshConfigInvalid', 'resolves', mended);
    await prometheus.until('OsmRedirectionUnknown', false);
  });

  it('fires when a pod escapes, and resolves when it is gone', async () => {
    const script = scriptIn(GUIDE.dialect, { ranges: ['3.3.3.0/24'] });
    await ground.create(
      [{ name: 'escapes', release: GUIDE, backend: 'legacy', tag: INIT_TAGS.guide, script }],
      () => NAMESPACE,
    );
    const alert = await prometheus.until('OsmTrafficEscapes', true);
    expect(alert?.labels['namespace']).to.equal(NAMESPACE);
    await ground.cluster.kubectl(['delete', 'pod', 'escapes', '-n', NAMESPACE, '--wait=false']);
    await prometheus.until('OsmTrafficEscapes', false);
  });

  it('fires when the auditor may not see pods, and resolves', async () => {
    const role = JSON.parse(
      await ground.cluster.kubectl(['get', 'clusterrole', 'osm-auditor', '-o', 'json']),
    ) as { rules: { resources: string[] }[] };
    const rules = role.rules.filter(({ resources }) => !resources.includes('namespaces'));
    const patch = (value: unknown): Promise<string> =>
      ground.cluster.kubectl([
        ...['patch', 'clusterrole', 'osm-auditor', '--type=json'],
        ...['-p', JSON.stringify([{ op: 'replace', path: '/rules', value }])],
      ]);
    await patch(rules);
    try {
      // A watch that runs goes on; whoever starts now is refused.
      await ground.cluster.kubectl(['rollout', 'restart', 'deployment/osm-auditor', '-n', 'osm-auditor']);
      const alert = await prometheus.until('OsmAuditorBlind', true);
      expect(alert?.labels['resource']).to.equal('namespaces');
    } finally {
      await patch(role.rules);
    }
    await prometheus.until('OsmAuditorBlind', false);
    await ground.cluster.kubectl([
      'rollout',
      'status',
      'deployment/osm-auditor',
      '-n',
      'osm-auditor',
      '--timeout=120s',
    ]);
  });

  it('answers every query of the dashboard, and has a number for each that speaks of now', async () => {
    const file = join(repositoryRoot, 'manifests/monitoring/dashboard.json');
    const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { panels: readonly Panel[] };
    const silent: string[] = [];
    let queries = 0;
    await eventually('both replicas are scraped again', async () => {
      const up = await prometheus.query('count(osm_auditor_leader)');
      return up[0]?.value === 2 * JOBS.length ? true : undefined;
    });
    const drawn: Drawn[] = [];
    for (const panel of panels) {
      const series: Series[] = [];
      for (const { expr, legendFormat } of panel.targets ?? []) {
        queries += 1;
        const query = expr.replaceAll('$namespace', '.*');
        // Node agents are optional: without one, what they alone serve is silence.
        const optional = query.includes('osm_auditor_live_');
        if ((await prometheus.query(query)).length === 0 && !optional) silent.push(panel.title);
        for (const { metric, points } of await prometheus.range(query, 3)) {
          series.push({ name: named(legendFormat, metric), points });
        }
      }
      drawn.push({ panel, series });
    }
    writeFileSync(join(repositoryRoot, 'build/dashboard.svg'), draw(drawn));
    expect(queries).to.be.greaterThan(15);
    expect([...new Set(silent)], 'nothing is wrong now').to.deep.equal([
      'Discrepant pods by namespace',
      'Findings now',
      'Findings by code',
    ]);
  });

  it('fires when nobody is there, and resolves when somebody is', async () => {
    const scale = (replicas: number): Promise<string> =>
      ground.cluster.kubectl([
        'scale',
        'deployment/osm-auditor',
        '-n',
        'osm-auditor',
        `--replicas=${replicas}`,
      ]);
    await scale(0);
    const since = Date.now();
    await prometheus.until('OsmAuditorDown', true);
    told('OsmAuditorDown', 'fires', since);
    await scale(2);
    await prometheus.until('OsmAuditorDown', false);
    await ground.cluster.kubectl([
      'rollout',
      'status',
      'deployment/osm-auditor',
      '-n',
      'osm-auditor',
      '--timeout=120s',
    ]);
  });
});

/** As Grafana names a series. */
function named(format: string | undefined, metric: Readonly<Record<string, string>>): string {
  if (format === undefined || format === '__auto') return Object.values(metric).join(' ');
  return format.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');
}
