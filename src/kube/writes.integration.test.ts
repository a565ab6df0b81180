/** Events and conditions on a real API server: what it accepts, refuses and keeps. */
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { conditionPatch, patchPodCondition, type Condition, type DesiredCondition } from './conditions.ts';
import { classify } from './errors.ts';
import { combinedEvent, eventName } from './event-body.ts';
import { EventRecorder, type EventInput } from './events.ts';

const desired: DesiredCondition = {
  type: 'example.com/Fine',
  status: 'True',
  reason: 'Fine',
  message: 'all well',
};

interface Stored {
  readonly note: string;
  readonly series?: { readonly count: number };
}

describe('writing to a real API server', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let cluster: Cluster;
  let counts: string[];
  let recorder: EventRecorder;

  before(async () => {
    plane = await startControlPlane();
    cluster = connect({ kubeconfig: plane.kubeconfig });
  });
  after(async () => {
    await cluster.close();
    await plane.stop();
  });

  beforeEach(() => {
    counts = [];
    recorder = createRecorder('auditor-0');
  });

  const createRecorder = (instance: string): EventRecorder =>
    new EventRecorder({
      api: cluster.calls,
      reporter: { controller: 'example.com/auditor', instance },
      clock: systemClock,
      observer: {
        written: () => counts.push('written'),
        dropped: (_type, reason) => counts.push(`dropped ${reason}`),
      },
    });

  async function createPod(
    name: string,
    namespace = 'default',
  ): Promise<{ namespace: string; name: string; uid: string }> {
    const body = { metadata: { name }, spec: { containers: [{ name: 'app', image: 'app' }] } };
    const answer = await plane.request('POST', `/api/v1/namespaces/${namespace}/pods`, body);
    const { metadata } = JSON.parse(answer.body) as { metadata: { uid: string } };
    return { namespace, name, uid: metadata.uid };
  }

  const about = (pod: { namespace: string; name: string; uid: string }, note: string): EventInput => ({
    regarding: { apiVersion: 'v1', kind: 'Pod', ...pod },
    type: 'Warning',
    reason: 'PortMissing',
    note,
    action: 'Audit',
  });

  const read = async ({ namespace, name }: { namespace: string; name: string }): Promise<Stored> => {
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${name}`;
    return JSON.parse((await plane.request('GET', path)).body) as Stored;
  };
  const conditionsOf = async (name: string): Promise<readonly Condition[]> => {
    const { body } = await plane.request('GET', `/api/v1/namespaces/default/pods/${name}`);
    return (JSON.parse(body) as { status: { conditions?: Condition[] } }).status.conditions ?? [];
  };

  it('stores an event once and counts its repeats', async () => {
    const pod = await createPod('talked-about');
    const event = about(pod, `port 80 ${'€'.repeat(1000)}`);
    await recorder.record(event);
    await recorder.ensure(event);
    await recorder.record(event);
    await recorder.record(event);
    const stored = await read({ namespace: 'default', name: eventName(event) });
    expect(stored).to.include({
      reason: 'PortMissing',
      type: 'Warning',
      reportingController: 'example.com/auditor',
    });
    expect(stored.series?.count).to.equal(3);
    expect(counts).to.deep.equal(['written', 'written', 'written']);
  });

  it('counts what two replicas tell at the same time, each repeat once', async () => {
    const event = about(await createPod('told-by-two'), 'port 80');
    const second = createRecorder('auditor-1');
    await Promise.all(Array.from({ length: 4 }, () => [recorder.record(event), second.record(event)]).flat());
    const stored = await read({ namespace: 'default', name: eventName(event) });
    expect(stored.series?.count).to.equal(8);
    expect(counts).to.deep.equal(Array(8).fill('written'));
  });

  it('combines what is alike beyond ten, in words that kubectl shows', async () => {
    const pod = await createPod('much-talked-about');
    for (let port = 1; port <= 13; port++) await recorder.record(about(pod, `port ${port}`));
    const name = eventName(combinedEvent(about(pod, 'any')));
    const stored = await read({ namespace: 'default', name });
    expect(stored.series?.count).to.equal(3);
    expect(stored.note).to.equal('(combined from similar events): port 13');
    const { stdout } = await plane.kubectl(['get', 'events', '-n', 'default']);
    const lines = stdout.split('\n').filter((line) => line.includes('pod/much-talked-about'));
    expect(lines).to.have.length(11);
    const combined = lines.filter((line) => line.includes('combined'));
    expect(combined).to.have.length(1);
    expect(combined[0]).to.match(
      /Warning +PortMissing +pod\/much-talked-about +\(combined from similar events\): port 13$/,
    );
    expect(lines.some((line) => /Warning +PortMissing +pod\/much-talked-about +port 1$/.test(line))).to.equal(
      true,
    );
  });

  it('finds a statement of a predecessor by its identity, whatever its note said', async () => {
    const event = { ...about(await createPod('rolled-up'), '240 pods'), identity: 'roll-up' };
    const again = { ...event, note: '250 pods' };
    const successor = createRecorder('auditor-1');
    expect(await successor.exists(event)).to.equal(false);
    await recorder.record(event);
    expect(await successor.exists(again)).to.equal(true);
    expect(await successor.exists({ ...again, identity: 'other' })).to.equal(false);
    await successor.record(again);
    const stored = await read({ namespace: 'default', name: eventName(event) });
    expect([stored.note, stored.series?.count]).to.deep.equal(['250 pods', 2]);
    const nowhere = { ...event, regarding: { ...event.regarding, namespace: 'never' } };
    expect(await successor.exists(nowhere)).to.equal(false);
  });

  it('drops events about a namespace that is being deleted, and about one that never was', async () => {
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'doomed' } });
    const pod = await createPod('doomed-pod', 'doomed');
    await plane.request('DELETE', '/api/v1/namespaces/doomed');
    await recorder.record(about(pod, 'late'));
    await recorder.record(about({ ...pod, namespace: 'never' }, 'nowhere'));
    expect(counts).to.deep.equal(['dropped namespace', 'dropped namespace']);
  });

  it('adds a condition beside those of others, and finds nothing to do afterwards', async () => {
    const pod = await createPod('judged');
    const foreign = { type: 'Ready', status: 'False', reason: 'Waiting', message: '' } as const;
    await patchPodCondition(cluster.calls, pod, conditionPatch(undefined, { ...foreign }, new Date(0))!);
    await patchPodCondition(cluster.calls, pod, conditionPatch(undefined, desired, new Date())!);
    const conditions = (await conditionsOf(pod.name)).map(({ type, status: value, reason, message }) => ({
      type,
      status: value,
      reason: reason ?? '',
      message: message ?? '',
    }));
    expect(conditions).to.have.deep.members([foreign, desired]);
    expect(conditionPatch(conditions, desired, new Date())).to.equal(undefined);
  });

  it('refuses to give a recreated pod the condition of its predecessor', async () => {
    const first = await createPod('twin');
    await plane.request('DELETE', '/api/v1/namespaces/default/pods/twin', { gracePeriodSeconds: 0 });
    const patch = conditionPatch(undefined, desired, new Date())!;
    const missing = await patchPodCondition(cluster.calls, first, patch).catch((error: unknown) => error);
    expect(classify(missing)).to.equal('notFound');
    const second = await createPod('twin');
    const refused = await patchPodCondition(cluster.calls, first, patch).catch((error: unknown) => error);
    expect(classify(refused)).to.equal('conflict');
    expect(await conditionsOf(second.name)).to.deep.equal([]);
  });
});
