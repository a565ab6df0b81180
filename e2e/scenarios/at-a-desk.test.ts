/** `osm-auditor check` and `trace` on a live cluster, as a person runs them. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { machineWith } from '../../src/testing/fake-kernel.ts';
import { osmAuditor } from '../../src/testing/recording-terminal.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { openCluster, type TestCluster } from './cluster.ts';
import { createPods } from './recorded-pods.ts';

const NAMESPACE = 'desk';

describe('osm-auditor at a desk, on a cluster', function () {
  this.timeout(120_000);
  let cluster: TestCluster;

  interface Ran {
    readonly status: number | null;
    readonly out: string;
    readonly err: string;
  }
  const check = (...args: readonly string[]): Ran => run('check', ...args);
  const run = (command: string, ...args: readonly string[]): Ran => fed('', command, ...args);
  const fed = (input: string, command: string, ...args: readonly string[]): Ran => {
    const bundle = join(repositoryRoot, 'dist/osm-auditor.js');
    const env = { PATH: process.env['PATH'] ?? '' };
    const words = [bundle, command, '--kubeconfig', cluster.kubeconfig, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, input, encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  };

  before(async () => {
    cluster = await openCluster();
    for (const name of [NAMESPACE, 'osm-system']) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['label', 'namespace', NAMESPACE, 'openservicemesh.io/monitored-by=osm']);
    if (cluster.own !== undefined)
      await cluster.kubectl(['create', 'serviceaccount', 'default', '-n', NAMESPACE]);
    await cluster.kubectl(['create', 'configmap', 'osm-config', '-n', 'osm-system']);
    await createPods(cluster, NAMESPACE, [
      { name: 'good', recorded: 'good' },
      { name: 'no-sidecar', recorded: 'no-sidecar' },
    ]);
  });
  after(async () => {
    if (cluster.own === undefined)
      await cluster.kubectl(['delete', 'namespace', NAMESPACE, 'osm-system', '--wait=false']);
    await cluster.stop();
  });

  it('answers 0 when every pod is verified or not applicable', () => {
    const { status, out, err } = check('-n', NAMESPACE);
    expect([status, err]).to.deep.equal([0, '']);
    expect(out)
      .to.match(/^desk +good +Verified$/m)
      .and.to.match(/^desk +no-sidecar +NotApplicable +OA901 /m);
  });

  it('chooses pods by label', () => {
    expect(check('-n', NAMESPACE, '-l', 'app=good', '-o', 'name').out).to.equal('pod/good\n');
  });

  it('foretells what a change of the configuration would do', async () => {
    const config = join(repositoryRoot, 'examples/change/ranges.yaml');
    const { status, out, err } = check('-n', NAMESPACE, '--with', config, '-o', 'json');
    expect([status, err]).to.deep.equal([1, '']);
    const report = JSON.parse(out) as { readonly changes: unknown; readonly summary: object };
    expect(report.changes).to.deep.equal([
      { source: 'ConfigMap/osm-system/osm-config', action: 'replaces', pods: 1, findings: [] },
    ]);
    expect(report.summary).to.include({ pods: 2, restart: 1, same: 1 });

    const saved = await cluster.kubectl(['get', 'configmap', 'osm-config', '-n', 'osm-system', '-o', 'json']);
    const unchanged = fed(saved, 'check', '-n', NAMESPACE, '--with', '-');
    expect([unchanged.status, unchanged.err]).to.deep.equal([0, '']);
    expect(unchanged.out).to.match(
      /^ConfigMap\/osm-system\/osm-config is as it is now; 1 pod is judged by it$/m,
    );
  });

  it('answers 1 when a pod is discrepant, over all namespaces', async () => {
    await createPods(cluster, NAMESPACE, [{ name: 'bad', recorded: 'sidecar-no-init' }]);
    const { status, out } = check('-A', '-o', 'json');
    expect(status).to.equal(1);
    expect((JSON.parse(out) as { config: object }).config).to.deep.equal({
      source: 'ConfigMap/osm-system/osm-config',
      valid: true,
      findings: [],
    });
  });

  it('answers 3 with the reason when the configuration is not where it was said to be', () => {
    const { status, out } = check('-n', NAMESPACE, '-l', 'app=good', '--osm-namespace', 'elsewhere');
    expect(status).to.equal(3);
    expect(out).to.include('OA501   There is no ConfigMap osm-config or MeshConfig in namespace elsewhere.');
  });

  it('traces a packet of a pod that is there, and says so when there is none', async () => {
    await createPods(cluster, NAMESPACE, [{ name: 'unguarded', recorded: 'sidecar-no-init' }]);
    const traced = run('trace', 'pod/good', '-n', NAMESPACE, '--to', '10.96.0.10:80');
    expect([traced.status, traced.err]).to.deep.equal([0, '']);
    expect(traced.out)
      .to.match(/^pod\/good in desk \(R1\): tcp from uid 1000 to 10\.96\.0\.10:80 by eth0$/m)
      .and.to.match(/^ +redirect 15001 +redirect 15001$/m);
    const escaped = run('trace', 'unguarded', '-n', NAMESPACE, '--to', '10.96.0.10:80');
    expect(escaped.status).to.equal(1);
    expect(escaped.out).to.match(/^ +redirect 15001 +bypass$/m);
    const missing = run('trace', 'nobody', '-n', NAMESPACE, '--to', '10.96.0.10:80');
    expect(missing.status).to.equal(2);
    expect(missing.err).to.match(/^error: .*nobody.*\n$/);
  });

  it('looks as somebody else, with what that one may do', () => {
    const { status, err } = check('-n', NAMESPACE, '--as', 'system:serviceaccount:desk:default');
    expect(status).to.equal(2);
    expect(err).to.match(/^error: cannot list pods: forbidden: .*"system:serviceaccount:desk:default".*\n$/);
    const group = ['--as', 'jane', '--as-group', 'system:masters'];
    expect(check('-n', NAMESPACE, '-l', 'app=good', '-o', 'name', ...group).out).to.equal('pod/good\n');
  });

  it('looks into the kernel for the pods of one node alone', async () => {
    await createPods(cluster, NAMESPACE, [
      { name: 'here', recorded: 'good', node: 'worker-1' },
      { name: 'there', recorded: 'good', node: 'worker-2' },
    ]);
    const kernel = () => Promise.resolve(machineWith({}));
    const from = ['--kubeconfig', cluster.kubeconfig, '-n', NAMESPACE, '--live'];
    const named = await osmAuditor(['check', ...from, '--node', 'worker-1', '-o', 'wide'], { kernel });
    expect(named.stdout)
      .to.match(/^desk +here +Unknown .* no process of the pod runs on this machine\./m)
      .and.not.to.match(/ there /);
    expect([named.status, named.stderr]).to.deep.equal([3, '']);
    const env = { NODE_NAME: 'worker-2' };
    const byVariable = await osmAuditor(['check', ...from, '-o', 'name'], { kernel, env });
    expect(byVariable.stdout).to.equal('pod/there\n');
    const nobody = await osmAuditor(['check', ...from, '--node', 'worker-9'], { kernel });
    expect(nobody.stderr).to.equal('error: none of the pods is on node "worker-9": --node names another\n');
    expect(nobody.status).to.equal(2);
    const traced = await osmAuditor(['trace', 'there', '--to', '10.0.0.5:80', ...from], { kernel });
    expect(traced.stdout).to.match(/^ +redirect 15001 +redirect 15001 +unknown$/m);
    expect(traced.status).to.equal(3);
  });

  it('answers 2 and one line when the cluster refuses (own control plane only)', async function () {
    if (cluster.own === undefined) this.skip();
    const kubeconfig = await cluster.own.kubeconfigFor({
      serviceAccount: { namespace: NAMESPACE, name: 'nobody' },
    });
    const { status, err } = check('--kubeconfig', kubeconfig, '-n', NAMESPACE);
    expect(status).to.equal(2);
    expect(err).to.match(/^error: cannot list pods: forbidden: .*\n$/);
  });
});
