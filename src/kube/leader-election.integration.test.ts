/** Leader election on a real API server. */
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { FaultyLeases } from '../testing/kube/faulty-leases.ts';
import { leaderElectionSuite } from '../testing/kube/leader-election-suite.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { until } from '../testing/kube/until.ts';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { classify } from './errors.ts';
import type { LeaseApi } from './lease.ts';
import { LeaderElector } from './leader-election.ts';
import { LeaseClient } from './lease.ts';

describe('leader election on a real API server', function () {
  this.timeout(90_000);
  const namespace = 'default';
  let plane: ControlPlane;
  let cluster: Cluster;
  let api: LeaseApi;
  let tests = 0;
  let name: string;

  before(async () => {
    plane = await startControlPlane();
    cluster = connect({ kubeconfig: plane.kubeconfig });
    api = cluster.calls;
  });
  after(async () => {
    await cluster.close();
    await plane.stop();
  });

  beforeEach(() => {
    name = `lease-${++tests}`;
  });

  const remove = async (): Promise<void> => {
    await plane.request('DELETE', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`);
  };

  leaderElectionSuite(() => ({
    api,
    clock: systemClock,
    namespace,
    name,
    waitFor: until,
    pass: (ms) => systemClock.sleep(ms),
    remove,
  }));

  const record = (holder: string): Parameters<LeaseClient['create']>[0] => ({
    holder,
    durationMs: 15_000,
    acquiredAt: new Date(),
    renewedAt: new Date(),
    transitions: 0,
  });

  it('tells a lost race from a failure', async () => {
    const { signal } = new AbortController();
    const lease = new LeaseClient(api, namespace, name);
    expect(await lease.read(signal)).to.equal(undefined);
    expect(await lease.create(record('a'), signal)).to.equal(true);
    expect(await lease.create(record('b'), signal)).to.equal(false);
    const found = (await lease.read(signal))!;
    expect(found).to.include({ holder: 'a', durationMs: 15_000 });
    expect(await lease.replace(found, record('a'), signal)).to.equal(true);
    expect(await lease.replace(found, record('b'), signal)).to.equal(false);
    await remove();
    expect(await lease.replace(found, record('b'), signal)).to.equal(false);
    const nowhere = new LeaseClient(api, 'nowhere', name);
    const refusal = await nowhere.create(record('a'), signal).catch((error: unknown) => error);
    expect(classify(refusal)).to.equal('notFound');
  });

  it('ends a call whose signal aborts, also one that has no answer yet', async () => {
    const stop = new AbortController();
    const reading = new LeaseClient(api, namespace, name).read(stop.signal).catch((error: unknown) => error);
    stop.abort(new Error('too late'));
    expect(await reading).to.be.instanceOf(Error);
  });

  it('fails without the right, says why, and takes part as soon as it is granted', async () => {
    const account = { namespace, name: 'elector' };
    const eve = connect({ kubeconfig: await plane.kubeconfigFor({ serviceAccount: account }) });
    const logger = new RecordingLogger();
    const elector = new LeaderElector({
      api: new FaultyLeases(eve.calls, systemClock),
      clock: systemClock,
      logger,
      namespace,
      name,
      identity: 'eve',
      retryPeriodMs: 100,
    });
    const stop = new AbortController();
    const running = elector.run(stop.signal);
    await until('the refusal', () => elector.failure !== undefined);
    expect(classify(elector.failure)).to.equal('forbidden');
    await until('another attempt', async () => {
      await systemClock.sleep(300);
      return true;
    });
    expect(logger.complaints).to.deep.equal(['the lease could not be read or renewed']);
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const rules = [
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: [name],
        verbs: ['get', 'update'],
      },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    ];
    await plane.request('POST', `${rbac}/roles`, { metadata: { name: 'elector' }, rules });
    await plane.request('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'elector' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'elector' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    });
    await until('leadership', () => elector.leading);
    expect(elector.failure).to.equal(undefined);
    stop.abort();
    await running;
    await eve.close();
  });

  it('keeps its leader through a restart of the API server that is shorter than the deadline', async () => {
    const logger = new RecordingLogger();
    const told: boolean[] = [];
    const options = { api, clock: systemClock, logger, namespace, name, identity: 'a', retryPeriodMs: 200 };
    // Starting a server takes seconds on a busy machine; the deadline is far beyond that.
    const elector = new LeaderElector({ ...options, leaseDurationMs: 90_000, renewDeadlineMs: 60_000 });
    elector.onChange((leading) => told.push(leading));
    const stop = new AbortController();
    const running = elector.run(stop.signal);
    await until('leadership', () => elector.leading);
    await plane.restartApiServer();
    await until('the end of the failure', () => elector.failure === undefined);
    stop.abort();
    await running;
    expect(told).to.deep.equal([true, false]);
  });
});
