/**
 * What the controller does when it is refused, cut off or told not to write. Needs a control plane of its own, because
 * it takes rights away and restarts the API server.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { freePorts } from '../control-plane/ports.ts';
import { eventually, type TestCluster } from './cluster.ts';
import { ControllerProcess, metricValue } from './controller-process.ts';
import { grant } from './grant.ts';
import { createPods } from './recorded-pods.ts';

const NAMESPACE = 'trouble';

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('the controller in trouble (on a control plane of its own only)', function () {
  this.timeout(180_000);
  let plane: ControlPlane;
  let cluster: TestCluster;
  const started: ControllerProcess[] = [];

  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await plane.kubectl(args, input === undefined ? {} : { input });
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const start = (...args: readonly string[]): ControllerProcess => {
    const controller = ControllerProcess.start(args);
    started.push(controller);
    return controller;
  };
  /** A controller whose service account has these rules and no others. */
  const startWith = async (account: string, rules: readonly object[]): Promise<ControllerProcess> => {
    const serviceAccount = { namespace: 'default', name: account };
    const kubeconfig = await plane.kubeconfigFor({ serviceAccount });
    await grant(cluster, serviceAccount, rules);
    return start('--kubeconfig', kubeconfig);
  };
  const reason = async (pod: string): Promise<string> => {
    const path = '{.status.conditions[?(@.type=="openservicemesh.io/RedirectionVerified")].reason}';
    return kubectl(['get', 'pod', pod, '-n', NAMESPACE, '-o', `jsonpath=${path}`]);
  };
  const becomes = (pod: string, wanted: string): Promise<boolean> =>
    eventually(
      `${pod} becomes ${wanted}`,
      async () => ((await reason(pod)) === wanted ? true : undefined),
      60_000,
    );
  const clear = async (): Promise<void> => {
    for (const controller of started.splice(0)) await controller.stop();
    await kubectl(['delete', 'pods', '--all', '-n', NAMESPACE, '--grace-period=0', '--force']);
  };

  const everything = [
    { apiGroups: [''], resources: ['pods', 'namespaces', 'configmaps'], verbs: ['list', 'watch'] },
    { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'get', 'patch'] },
  ];

  before(async () => {
    plane = await startControlPlane();
    cluster = { own: plane, kubeconfig: plane.kubeconfig, kubectl, stop: () => plane.stop() };
    for (const name of [NAMESPACE, 'osm-system']) await kubectl(['create', 'namespace', name]);
    await kubectl(['create', 'configmap', 'osm-config', '-n', 'osm-system']);
  });
  afterEach(clear);
  after(async () => cluster.stop());

  it('says what it may not read, goes on trying, and works once it may', async () => {
    const controller = await startWith('no-rights', []);
    const answer = await eventually('a reason', async () => {
      const { status, text } = await controller.get('/readyz');
      return status === 503 && text.includes('forbidden') ? text : undefined;
    });
    expect(answer).to.match(/waiting for the first list of pods \(forbidden: /);
    expect((await controller.get('/healthz')).status).to.equal(200);
    const { text } = await controller.get('/metrics');
    expect(metricValue(text, 'osm_auditor_informer_failing{resource="pods"}')).to.equal(1);
    expect(
      controller.log.some(
        ({ level, msg }) => level === 'warn' && msg === 'list or watch failed, trying again',
      ),
    ).to.equal(true);
    await grant(cluster, { namespace: 'default', name: 'no-rights' }, everything);
    await eventually(
      'ready',
      async () => ((await controller.get('/readyz')).status === 200 ? true : undefined),
      60_000,
    );
  });

  it('leaves pods Unknown while it may not read the configuration, and verifies them once it may', async () => {
    const [reading, ...writing] = everything;
    const controller = await startWith('no-config', [
      { ...reading, resources: ['pods', 'namespaces'] },
      ...writing,
    ]);
    await controller.ready();
    await createPods(cluster, NAMESPACE, [{ name: 'good', recorded: 'good' }]);
    await becomes('good', 'ConfigUnreadable');
    const { text } = await controller.get('/metrics');
    expect(metricValue(text, 'osm_auditor_config_valid')).to.equal(0);
    await grant(cluster, { namespace: 'default', name: 'no-config' }, everything);
    await becomes('good', 'Verified');
    expect(metricValue((await controller.get('/metrics')).text, 'osm_auditor_config_valid')).to.equal(1);
  });

  it('sees what changed while the API server was away', async () => {
    const controller = await startWith('steady', everything);
    await controller.ready();
    await createPods(cluster, NAMESPACE, [{ name: 'good', recorded: 'good' }]);
    await becomes('good', 'Verified');
    await plane.restartApiServer();
    await createPods(cluster, NAMESPACE, [{ name: 'bad', recorded: 'sidecar-no-init' }]);
    await becomes('bad', 'InitContainerMissing');
    expect(await reason('good')).to.equal('Verified');
    expect(await controller.stop()).to.equal(0);
    started.splice(0);
  });

  it('writes nothing when told so, and still counts', async () => {
    const controller = start(
      '--kubeconfig',
      plane.kubeconfig,
      '--write-conditions=false',
      '--write-events=false',
    );
    await controller.ready();
    await createPods(cluster, NAMESPACE, [{ name: 'quiet', recorded: 'sidecar-no-init' }]);
    const series = `osm_auditor_findings{namespace="${NAMESPACE}",code="OA201",severity="error"}`;
    await eventually('the finding is counted', async () => {
      return metricValue((await controller.get('/metrics')).text, series) === 1 ? true : undefined;
    });
    expect(await reason('quiet')).to.equal('');
    expect(await kubectl(['get', 'events', '-n', NAMESPACE])).to.not.include('pod/quiet');
  });

  it('lives on without a cluster, says so, and ends cleanly on SIGTERM', async () => {
    const [port] = await freePorts();
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'gone', cluster: { server: `https://127.0.0.1:${port}` } }],
      contexts: [{ name: 'gone', context: { cluster: 'gone', user: 'nobody' } }],
      users: [{ name: 'nobody', user: { token: 'x' } }],
      'current-context': 'gone',
    };
    const file = await plane.kubeconfigFor({ token: 'x' });
    await writeFile(file, JSON.stringify(config));
    const controller = start('--kubeconfig', file);
    await eventually('the reason', async () => {
      const { status, text } = await controller.get('/readyz');
      return status === 503 && /connection refused/i.test(text) ? true : undefined;
    });
    const begun = Date.now();
    expect(await controller.stop()).to.equal(0);
    expect(Date.now() - begun).to.be.below(5000);
    started.splice(0);
  });

  it('ends with status 2 and one line when no cluster is configured', () => {
    const bundle = join(repositoryRoot, 'dist/osm-auditor.js');
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
    const { status, stderr } = spawnSync(process.execPath, [bundle, 'run', '--listen', '127.0.0.1:0'], {
      env,
      encoding: 'utf8',
    });
    expect([status, stderr.split('\n').length]).to.deep.equal([2, 2]);
    expect(stderr).to.match(/^error: no cluster configured/);
  });
});
