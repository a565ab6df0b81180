/**
 * Policy reports on a real API server, which holds them against the definitions: what `check` prints, and what the controller
 * writes with the service account of the manifests as definitions come, pods change and controllers are started again.
 *
 * Limit: nobody collects garbage here, so that a report goes with its pod follows from its owner alone.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  OPEN_REPORTS,
  WG_POLICY,
  type PolicyReport,
  type PolicyReportApi,
} from '../../src/core/audit/policy-report-object.ts';
import { installPolicyReports, removePolicyReports } from '../../src/testing/kube/policy-report-crd.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { eventually, openCluster, type TestCluster } from './cluster.ts';
import { ControllerProcess, metricValue } from './controller-process.ts';
import { createPods } from './recorded-pods.ts';
import { conditionBecomes } from './reported.ts';

const NAMESPACE = 'shop';
/** A definition is looked for every 30 seconds. */
const NOTICED_WITHIN_MS = 60_000;
const ACCOUNT = { namespace: 'osm-auditor', name: 'osm-auditor' };

interface StoredReport extends PolicyReport {
  readonly metadata: PolicyReport['metadata'] & { readonly uid: string; readonly resourceVersion: string };
}

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('policy reports on a cluster (on a control plane of its own only)', function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  /** Those that run. */
  const controllers: ControllerProcess[] = [];

  const apply = (object: object): Promise<string> =>
    cluster.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const config = (ports: string): Promise<string> =>
    apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'osm-config', namespace: 'osm-system' },
      data: { outbound_port_exclusion_list: ports },
    });
  const start = async (...words: readonly string[]): Promise<ControllerProcess> => {
    const kubeconfig = await cluster.own!.kubeconfigFor({ serviceAccount: ACCOUNT });
    const started = ControllerProcess.start(['--kubeconfig', kubeconfig, '--settle-period', '0', ...words]);
    controllers.push(started);
    await started.ready();
    return started;
  };
  const writes = async (running: ControllerProcess, result: string): Promise<number | undefined> =>
    metricValue(
      (await running.get('/metrics')).text,
      `osm_auditor_policy_report_writes_total{result="${result}"}`,
    );
  const leads = async (running: ControllerProcess): Promise<number | undefined> =>
    metricValue((await running.get('/metrics')).text, 'osm_auditor_leader');
  const reportsIn = async ({ group, version, plural }: PolicyReportApi): Promise<readonly StoredReport[]> => {
    const path = `/apis/${group}/${version}/namespaces/${NAMESPACE}/${plural}`;
    return (JSON.parse(await cluster.kubectl(['get', '--raw', path])) as { items: StoredReport[] }).items;
  };
  /** `web fail ExcludedPortMissing` of each report, sorted. */
  const said = async (api: PolicyReportApi): Promise<readonly string[]> =>
    (await reportsIn(api))
      .map(({ scope, results }) => {
        const all = results.map(({ result, policy }) => `${result} ${policy}`);
        return [(scope as { name: string }).name, ...all].join(' ');
      })
      .sort();
  const comeToSay = async (api: PolicyReportApi, wanted: readonly string[]): Promise<void> => {
    let seen: readonly string[] = [];
    await eventually(
      'the reports say so',
      async () => {
        seen = await said(api);
        return JSON.stringify(seen) === JSON.stringify(wanted) ? true : undefined;
      },
      NOTICED_WITHIN_MS,
    ).catch(() => expect(seen).to.deep.equal(wanted));
  };
  const versions = async (): Promise<readonly string[]> =>
    (await reportsIn(WG_POLICY)).map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);

  before(async () => {
    cluster = await openCluster();
    for (const name of ['osm-system', NAMESPACE])
      await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await cluster.kubectl(['label', 'namespace', NAMESPACE, 'openservicemesh.io/monitored-by=osm']);
    await cluster.kubectl(['apply', '-k', 'manifests']);
    await config('');
    await createPods(cluster, NAMESPACE, [
      { name: 'good', recorded: 'good' },
      { name: 'bad', recorded: 'sidecar-no-init' },
      { name: 'outsider', recorded: 'no-sidecar' },
    ]);
  });
  afterEach(async () => {
    for (const each of controllers.splice(0)) await each.stop();
  });
  after(() => cluster.stop());

  it('are not asked for unless they are to be written', async () => {
    const running = await start();
    await conditionBecomes(cluster, `${NAMESPACE}/good`, 'True Verified');
    expect(running.log.filter(({ level }) => level === 'error')).to.deep.equal([]);
    expect((await running.get('/metrics')).text).not.to.contain('resource="policyreports.wgpolicyk8s.io"');
  });

  it('are written once a definition is there, of each pod of the mesh', async () => {
    await cluster.kubectl(['apply', '-k', 'manifests/policy-reports']);
    const running = await start('--write-policy-reports');
    await installPolicyReports(cluster.own!, WG_POLICY);
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good pass RedirectionVerified']);
    expect(await writes(running, 'success')).to.equal(2);
    expect(running.log.filter(({ level }) => level === 'error' || level === 'raw')).to.deep.equal([]);
  });

  it('belong to their pods, and no more is stored than what was said', async () => {
    const pod = JSON.parse(await cluster.kubectl(['get', 'pod', 'bad', '-n', NAMESPACE, '-o', 'json'])) as {
      metadata: { uid: string };
    };
    const { uid } = pod.metadata;
    const reports = await reportsIn(WG_POLICY);
    const { metadata, scope, results } = reports.find((each) => each.metadata.name.endsWith(uid))!;
    expect(metadata.ownerReferences).to.deep.equal([{ apiVersion: 'v1', kind: 'Pod', name: 'bad', uid }]);
    expect(metadata.labels).to.deep.equal({ 'app.kubernetes.io/managed-by': 'osm-auditor' });
    expect(scope).to.deep.equal({ apiVersion: 'v1', kind: 'Pod', name: 'bad', namespace: NAMESPACE, uid });
    expect(results[0]).to.include({ rule: 'OA201', severity: 'high', source: 'osm-auditor' });
    expect(results[0]?.timestamp?.seconds).to.be.closeTo(Date.now() / 1000, 120);
  });

  it('are not touched by a start over them, and nothing is written in a quiet cluster', async () => {
    const before = await versions();
    const running = await start('--write-policy-reports');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await versions()).to.deep.equal(before);
    expect(await writes(running, 'success')).to.equal(0);
  });

  it('follow the verdict, and come back when somebody has deleted them', async () => {
    const running = await start('--write-policy-reports');
    const [first] = (await reportsIn(WG_POLICY)).filter(({ summary }) => summary.pass === 1);
    await config('6379');
    const wanted = ['bad fail InitContainerMissing', 'good fail ExcludedPortMissing'];
    await comeToSay(WG_POLICY, wanted);
    await cluster.kubectl(['delete', 'policyreports.v1alpha2.wgpolicyk8s.io', '--all', '-n', NAMESPACE]);
    await comeToSay(WG_POLICY, wanted);
    await config('');
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good pass RedirectionVerified']);
    const [last] = (await reportsIn(WG_POLICY)).filter(({ summary }) => summary.pass === 1);
    expect(last?.metadata.name, 'by the same name').to.equal(first?.metadata.name);
    expect(await writes(running, 'error')).to.equal(0);
  });

  it('of new pods go to the preferred group when that is there, and the others stay where they are', async () => {
    await installPolicyReports(cluster.own!, OPEN_REPORTS);
    const running = await start('--write-policy-reports');
    await createPods(cluster, NAMESPACE, [{ name: 'new', recorded: 'good' }]);
    await comeToSay(OPEN_REPORTS, ['new pass RedirectionVerified']);
    await config('6379');
    await comeToSay(OPEN_REPORTS, ['new fail ExcludedPortMissing']);
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good fail ExcludedPortMissing']);
    await config('');
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good pass RedirectionVerified']);
    expect(running.log.filter(({ level }) => level === 'error' || level === 'raw')).to.deep.equal([]);
  });

  it('are written by one replica of several, and the next one finds them told', async () => {
    const elected = ['--write-policy-reports', '--leader-elect', '--lease-namespace', 'osm-auditor'];
    const [first, second] = [await start(...elected), await start(...elected)];
    await eventually('one leads', async () => {
      const counts = await Promise.all([first, second].map(leads));
      return counts.includes(1) ? true : undefined;
    });
    const [leader, follower] = (await leads(first)) === 1 ? [first, second] : [second, first];
    await config('6379');
    await comeToSay(OPEN_REPORTS, ['new fail ExcludedPortMissing']);
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good fail ExcludedPortMissing']);
    expect([await writes(leader, 'success'), await writes(follower, 'success')]).to.deep.equal([2, 0]);
    const before = await versions();
    leader.signal('SIGKILL');
    await eventually(
      'the other one leads',
      async () => ((await leads(follower)) === 1 ? true : undefined),
      60_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await versions()).to.deep.equal(before);
    await config('');
    await comeToSay(OPEN_REPORTS, ['new pass RedirectionVerified']);
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good pass RedirectionVerified']);
    expect([await writes(follower, 'success'), await writes(follower, 'error')]).to.deep.equal([2, 0]);
  });

  it('are divided among shards as the pods are', async () => {
    const shards = [0, 1].map((index) => ['--shards=2', `--shard-index=${index}`, '--leader-elect=false']);
    const running = await Promise.all(shards.map((words) => start('--write-policy-reports', ...words)));
    await config('6379');
    await comeToSay(OPEN_REPORTS, ['new fail ExcludedPortMissing']);
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good fail ExcludedPortMissing']);
    const counts = await Promise.all(running.map((each) => writes(each, 'success')));
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).to.equal(2);
    await config('');
    await comeToSay(OPEN_REPORTS, ['new pass RedirectionVerified']);
    await comeToSay(WG_POLICY, ['bad fail InitContainerMissing', 'good pass RedirectionVerified']);
  });

  it('go on in the other group when a definition is removed with all that was in it', async () => {
    const running = await start('--write-policy-reports');
    await removePolicyReports(cluster.own!, OPEN_REPORTS);
    await comeToSay(WG_POLICY, [
      'bad fail InitContainerMissing',
      'good pass RedirectionVerified',
      'new pass RedirectionVerified',
    ]);
    expect(await writes(running, 'success')).to.equal(1);
    expect(running.log.filter(({ msg }) => msg === 'reconcile failed')).to.deep.equal([]);
    await installPolicyReports(cluster.own!, OPEN_REPORTS);
  });

  it('that may not be written keep no condition back', async () => {
    await cluster.kubectl(['delete', '-k', 'manifests/policy-reports']);
    await eventually('the right is gone', async () => {
      const words = ['auth', 'can-i', 'list', 'policyreports.wgpolicyk8s.io', '-A'];
      const as = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`;
      return cluster.kubectl([...words, '--as', as]).then(
        () => undefined,
        () => true,
      );
    });
    const before = await versions();
    const running = await start('--write-policy-reports');
    await config('6379');
    await conditionBecomes(cluster, `${NAMESPACE}/good`, 'False ExcludedPortMissing');
    expect(await versions()).to.deep.equal(before);
    expect((await running.get('/metrics')).text).to.match(
      /osm_auditor_informer_failing\{resource="policyreports.wgpolicyk8s.io"\} 1\n/,
    );
    expect(await writes(running, 'error')).to.equal(0);
  });

  for (const [format, api] of [
    ['policyreport', WG_POLICY],
    ['openreports', OPEN_REPORTS],
  ] as const) {
    it(`are printed so that a server takes them and stores all of them: ${format}`, async () => {
      const bundle = join(repositoryRoot, 'dist/osm-auditor.js');
      const files = ['examples/recorded', 'examples/guide/ports/config.yaml'].flatMap((file) => ['-f', file]);
      const { stdout } = spawnSync(process.execPath, [bundle, 'check', ...files, '-o', format], {
        cwd: repositoryRoot,
        encoding: 'utf8',
      });
      const { items } = parse(stdout) as { items: readonly PolicyReport[] };
      expect(items.length).to.be.greaterThan(10);
      const { group, version, plural } = api;
      // The same pod was recorded several times over.
      for (const item of new Map(items.map((each) => [each.metadata.name, each])).values()) {
        const { namespace } = item.metadata;
        if (namespace !== NAMESPACE)
          await cluster.kubectl(['create', 'namespace', namespace]).catch(() => '');
        const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
        const answer = await cluster.own!.request('POST', path, item);
        expect(answer.status, answer.body).to.equal(201);
        const { metadata, ...stored } = JSON.parse(answer.body) as StoredReport;
        const { metadata: sent, ...rest } = item;
        expect(stored).to.deep.equal(rest);
        expect(metadata).to.deep.include(sent);
      }
      const [some] = items;
      const odd = { ...some, metadata: { name: 'odd' }, results: [{ policy: 'a', severity: 'worst' }] };
      const path = `/apis/${group}/${version}/namespaces/${NAMESPACE}/${plural}`;
      const refusal = await cluster.own!.request('POST', path, odd);
      expect(refusal.status, 'what the definition does not know is refused').to.equal(422);
    });
  }
});
