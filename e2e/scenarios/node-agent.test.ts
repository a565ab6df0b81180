/**
 * The node agent on a real API server, beside the controller, with the rights that it needs and a kernel in memory: each
 * keeps its own condition, Events come once, a quiet cluster is not written to, and other nodes' pods are left alone.
 */
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { connect, type Cluster } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { LiveMetrics } from '../../src/metrics/live-metrics.ts';
import { NodeAgent } from '../../src/node-agent/node-agent.ts';
import { FakeKernel, tables } from '../../src/testing/fake-kernel.ts';
import { RecordingLogger } from '../../src/testing/kube/recording-logger.ts';
import { readText } from '../../src/testing/repository.ts';
import { eventually, openCluster, type TestCluster } from './cluster.ts';
import { ControllerProcess } from './controller-process.ts';
import { grant } from './grant.ts';
import { createPods } from './recorded-pods.ts';
import { CONDITION, type Condition, type Event } from './reported.ts';

const NAMESPACE = 'bookstore';
const LIVE = 'openservicemesh.io/RedirectionLiveVerified';
const AGENT = 'openservicemesh.io/osm-auditor-node-agent';
const ACCOUNT = { namespace: NAMESPACE, name: 'node-agent' };
const SWEEP_MS = 500;

/** All that it may do, by the manifests. */
const [RULES = []] = parseAllDocuments(readText('manifests/node-agent/rbac.yaml')).map(
  (document) => (document.toJS() as { readonly rules?: readonly object[] }).rules,
);

interface PodObject {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly status: { readonly conditions?: readonly Condition[] };
}

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('the node agent on a cluster (on a control plane of its own only)', function () {
  this.timeout(180_000);
  const kernel = new FakeKernel();
  const logger = new RecordingLogger();
  const stop = new AbortController();
  let cluster: TestCluster;
  let api: Cluster;
  let agent: NodeAgent;
  let running: Promise<void>;
  let controller: ControllerProcess | undefined;

  const read = async (name: string): Promise<PodObject> =>
    JSON.parse(await cluster.kubectl(['get', 'pod', name, '-n', NAMESPACE, '-o', 'json'])) as PodObject;
  const says = async (name: string, type: string): Promise<string> => {
    const found = (await read(name)).status.conditions?.find((each) => each.type === type);
    return found === undefined ? '' : `${found.status} ${found.reason}`;
  };
  const becomes = (name: string, type: string, wanted: string): Promise<boolean> =>
    eventually(`${type} of ${name} becomes ${wanted}`, async () => {
      const now = await says(name, type);
      if (now === wanted) return true;
      throw new Error(`it is ${now}`);
    });
  const told = async (): Promise<readonly string[]> => {
    const path = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;
    const { items } = JSON.parse(await cluster.kubectl(['get', '--raw', path])) as { items: Event[] };
    return items
      .filter(({ reportingController }) => reportingController === AGENT)
      .map(
        ({ type, reason, regarding, series }) => `${regarding.name} ${type} ${reason} ${series?.count ?? 1}`,
      )
      .sort();
  };

  before(async () => {
    cluster = await openCluster();
    for (const name of ['osm-system', NAMESPACE]) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['label', 'namespace', NAMESPACE, 'openservicemesh.io/monitored-by=osm']);
    await cluster.kubectl(['create', 'configmap', 'osm-config', '-n', 'osm-system']);
    await cluster.kubectl(['create', 'serviceaccount', 'default', '-n', NAMESPACE]).catch(() => '');
    await createPods(cluster, NAMESPACE, [
      { name: 'here', recorded: 'good', node: 'worker-1' },
      { name: 'elsewhere', recorded: 'good', node: 'worker-2' },
    ]);
    await grant(cluster, ACCOUNT, RULES);
    controller = ControllerProcess.start(['--kubeconfig', cluster.kubeconfig, '--leader-elect=false']);
    const kubeconfig = await cluster.own?.kubeconfigFor({ serviceAccount: ACCOUNT });
    api = connect({ kubeconfig });
    agent = new NodeAgent({
      cluster: api,
      kernel,
      clock: systemClock,
      logger,
      metrics: new LiveMetrics('test'),
      node: 'worker-1',
      osmNamespace: undefined,
      graceMs: 60_000,
      settleMs: 0,
      fork: {},
      sweepIntervalMs: SWEEP_MS,
      writeConditions: true,
      writeEvents: true,
      instance: 'test',
    });
    running = agent.run(stop.signal);
    await eventually('the agent is ready', () => Promise.resolve(agent.readiness().ready || undefined));
  });

  after(async () => {
    stop.abort();
    await running;
    await api.close();
    await controller?.stop();
    await cluster.stop();
  });

  it('writes its condition beside the one of the controller, and none on the pod of another node', async () => {
    await becomes('here', LIVE, 'True Verified');
    await becomes('here', CONDITION, 'True Verified');
    await becomes('elsewhere', CONDITION, 'True Verified');
    expect(await says('elsewhere', LIVE)).to.equal('');
    expect(kernel.reads).not.to.include((await read('elsewhere')).metadata.uid);
  });

  it('writes nothing while nothing changes, sweep by sweep', async () => {
    const { scans } = kernel;
    const { resourceVersion } = (await read('here')).metadata;
    await sleep(4 * SWEEP_MS);
    expect(kernel.scans).to.be.greaterThan(scans + 1);
    expect((await read('here')).metadata.resourceVersion).to.equal(resourceVersion);
    expect(await told()).to.deep.equal([]);
  });

  it('tells of rules that are gone, and once that they are back; the controller sees neither', async () => {
    const { uid } = (await read('here')).metadata;
    kernel.pods.set(uid, tables(''));
    await becomes('here', LIVE, 'False LiveRedirectionMissing');
    expect(await says('here', CONDITION)).to.equal('True Verified');
    kernel.pods.delete(uid);
    await becomes('here', LIVE, 'True Verified');
    await sleep(2 * SWEEP_MS);
    expect(await told()).to.deep.equal([
      'here Normal RedirectionLiveVerified 1',
      'here Warning LiveRedirectionMissing 1',
    ]);
  });

  it('needs no other right', () => {
    expect(logger.complaints).to.deep.equal([]);
  });
});
