import { expect } from 'chai';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { readJson } from '../testing/repository.ts';
import { configMapSnapshot, namespaceSnapshot, podSnapshot, sameFacts, SnapshotError } from './snapshot.ts';

/** Places in an object that a test writes to. */
interface PodObject {
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}
const recorded = (name: string): PodObject => readJson(`examples/recorded/${name}.json`) as PodObject;
const good = (change: (pod: PodObject) => void = () => undefined): PodObject => {
  const pod = recorded('good');
  change(pod);
  return pod;
};
const owners = (name: string, labels: object, kind = 'ReplicaSet', controller = true): PodObject =>
  good(({ metadata }) => {
    metadata['ownerReferences'] = [
      { apiVersion: 'v1', kind: 'Other', name: 'bystander', controller: false },
      { apiVersion: 'apps/v1', kind, name, controller },
    ];
    metadata['labels'] = labels;
  });

function refusal(read: () => unknown): SnapshotError {
  try {
    read();
  } catch (error) {
    expect(error).to.be.instanceOf(SnapshotError);
    return error as SnapshotError;
  }
  throw new Error('it was accepted');
}

describe('podSnapshot', () => {
  it('takes the variables of an init container whose values are known', () => {
    const env = [
      { name: 'PLAIN', value: 'text' },
      { name: 'NOTHING' },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      { name: 'PUT_TOGETHER', value: '$(PLAIN)/x' },
      { name: 'TWICE', value: 'first' },
      { name: 'TWICE', value: 'last' },
      { name: 'GONE', value: 'known' },
      { name: 'GONE', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      // Not known, and yet it matters that it is there.
      { name: 'PATH', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
    ];
    const { pod } = podSnapshot(good(({ spec }) => (spec['initContainers'] = [{ name: 'osm-init', env }])));
    expect(pod.initContainers[0]?.env).to.deep.equal({
      PLAIN: 'text',
      NOTHING: '',
      POD_IP: null,
      TWICE: 'last',
      PATH: '',
    });
  });

  it('takes the facts of a pod and nothing else', () => {
    const { pod, condition } = podSnapshot(recorded('good'));
    const { initContainers, ...rest } = pod;
    const startedAt = Date.parse('2026-11-23T08:48:10Z');
    const status = {
      state: { kind: 'running', startedAt },
      lastExitCode: undefined,
      ready: true,
      restarts: 0,
    };
    expect(rest).to.deep.equal({
      namespace: 'test',
      name: 'good',
      uid: (recorded('good').metadata as { uid: string }).uid,
      createdAt: Date.parse('2026-11-23T08:48:07Z'),
      terminating: false,
      phase: 'Running',
      restartPolicy: 'Always',
      hostNetwork: false,
      owner: undefined,
      labels: { 'osm-proxy-uuid': '00000000-0000-4000-8000-000003365575' },
      annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
      containers: [
        { name: 'app', status },
        { name: 'envoy', status },
      ],
    });
    expect(
      initContainers.map(({ name, command, status: init }) => [name, command, init?.state]),
    ).to.deep.equal([
      [
        'osm-init',
        ['/bin/sh'],
        {
          kind: 'terminated',
          exitCode: 0,
          reason: 'Completed',
          finishedAt: Date.parse('2026-11-23T08:48:09Z'),
        },
      ],
    ]);
    expect(condition).to.equal(undefined);
  });

  it('takes what is left out or null as the default', () => {
    const { pod } = podSnapshot({
      metadata: { name: 'a', labels: null },
      spec: { containers: null },
      status: null,
    });
    expect(pod).to.deep.equal({
      namespace: 'default',
      name: 'a',
      uid: '',
      createdAt: undefined,
      terminating: false,
      phase: '',
      restartPolicy: 'Always',
      hostNetwork: false,
      owner: undefined,
      labels: {},
      annotations: {},
      initContainers: [],
      containers: [],
    });
  });

  it('takes our own condition and leaves the others', () => {
    const ours = { type: CONDITION_TYPE, status: 'True', reason: 'Verified', message: null };
    const pod = good(({ status }) => (status['conditions'] as unknown[]).push(ours));
    expect(podSnapshot(pod).condition).to.deep.equal({
      type: CONDITION_TYPE,
      status: 'True',
      reason: 'Verified',
      message: undefined,
      lastTransitionTime: undefined,
    });
  });

  it('resolves a ReplicaSet to its Deployment by the template hash, and only then', () => {
    const hash = { 'pod-template-hash': '777d8cb5fc' };
    const owner = (pod: PodObject): unknown => podSnapshot(pod).pod.owner;
    expect(owner(recorded('deployment-good'))).to.deep.equal({ kind: 'Deployment', name: 'test' });
    expect(owner(owners('a-b-777d8cb5fc', hash))).to.deep.equal({ kind: 'Deployment', name: 'a-b' });
    expect(owner(owners('a-other', hash))).to.deep.equal({ kind: 'ReplicaSet', name: 'a-other' });
    expect(owner(owners('a-777d8cb5fc', {}))).to.deep.equal({ kind: 'ReplicaSet', name: 'a-777d8cb5fc' });
    expect(owner(owners('a-777d8cb5fc', hash, 'Job'))).to.deep.equal({ kind: 'Job', name: 'a-777d8cb5fc' });
    expect(owner(owners('a-777d8cb5fc', hash, 'ReplicaSet', false))).to.equal(undefined);
  });

  const wrong: Readonly<Record<string, readonly [(pod: PodObject) => void, string]>> = {
    'a pod without spec': [(pod) => Reflect.deleteProperty(pod, 'spec'), 'spec: is missing'],
    'a container without a name': [
      ({ spec }) => (spec['containers'] = [{ name: 'a' }, {}]),
      'spec.containers.1.name: is missing',
    ],
    'a name that is no text': [({ metadata }) => (metadata['name'] = 7), 'metadata.name: expected text'],
    'a label that is no text': [
      ({ metadata }) => (metadata['labels'] = { 'osm-proxy-uuid': 7 }),
      'metadata.labels.osm-proxy-uuid: expected text',
    ],
    'labels in a list': [
      ({ metadata }) => (metadata['labels'] = ['osm-proxy-uuid']),
      'metadata.labels: expected a mapping',
    ],
    'a spec that is a list': [(pod) => Object.assign(pod, { spec: [] }), 'spec: expected a mapping'],
    'a status that is a list': [(pod) => Object.assign(pod, { status: [] }), 'status: expected a mapping'],
    'containers that are a mapping': [
      ({ spec }) => (spec['containers'] = { name: 'a' }),
      'spec.containers: expected a list',
    ],
    'a time that is none': [
      ({ metadata }) => (metadata['creationTimestamp'] = 'soon'),
      'metadata.creationTimestamp: expected a time such as 2021-03-22T09:26:14Z',
    ],
    'a number for a time': [
      ({ metadata }) => (metadata['creationTimestamp'] = '7'),
      'metadata.creationTimestamp: expected a time such as 2021-03-22T09:26:14Z',
    ],
    'args that are no texts': [
      ({ spec }) => (spec['initContainers'] = [{ name: 'osm-init', args: ['-c', 1] }]),
      'spec.initContainers.0.args.1: expected text',
    ],
    'a terminated state without exit code': [
      ({ status }) => (status['containerStatuses'] = [{ name: 'a', state: { terminated: {} } }]),
      'status.containerStatuses.0.state.terminated.exitCode: is missing',
    ],
  };
  for (const [sentence, [change, message]] of Object.entries(wrong)) {
    it(`refuses ${sentence} and names the place`, () => {
      const error = refusal(() => podSnapshot(good(change)));
      expect(error.message).to.equal(message);
      expect(error.path.join('.')).to.equal(message.slice(0, message.indexOf(':')));
    });
  }

  it('names indices as numbers in the path', () => {
    const error = refusal(() => podSnapshot(good(({ spec }) => (spec['containers'] = [{}]))));
    expect(error.path).to.deep.equal(['spec', 'containers', 0, 'name']);
  });

  it('says of what is no object at all that it is none', () => {
    for (const value of [null, 1, 'x', []]) {
      expect(refusal(() => podSnapshot(value))).to.include({ message: 'expected a mapping' });
    }
  });
});

describe('sameFacts', () => {
  it('overlooks the condition and everything that no verdict depends on', () => {
    const before = podSnapshot(recorded('good'));
    const after = good(({ metadata, status }) => {
      metadata['resourceVersion'] = '99';
      metadata['labels'] = { ...(metadata['labels'] as object), other: 'label' };
      status['conditions'] = [{ type: CONDITION_TYPE, status: 'True' }];
    });
    expect(sameFacts(before, podSnapshot(after))).to.equal(true);
  });

  it('sees a restart and an annotation', () => {
    const before = podSnapshot(recorded('good'));
    const restarted = good(({ status }) => {
      const statuses = status['containerStatuses'] as Record<string, unknown>[];
      for (const each of statuses) each['restartCount'] = 1;
    });
    const annotated = good(({ metadata }) => {
      metadata['annotations'] = { 'openservicemesh.io/outbound-port-exclusion-list': '80' };
    });
    expect(sameFacts(before, podSnapshot(restarted))).to.equal(false);
    expect(sameFacts(before, podSnapshot(annotated))).to.equal(false);
  });
});

describe('namespaceSnapshot', () => {
  it('keeps the labels and annotations of the mesh', () => {
    const labels = { 'openservicemesh.io/monitored-by': 'osm', team: 'a' };
    const annotations = { 'openservicemesh.io/sidecar-injection': 'enabled', note: 'b' };
    expect(namespaceSnapshot({ metadata: { name: 'test', labels, annotations } })).to.deep.equal({
      name: 'test',
      labels: { 'openservicemesh.io/monitored-by': 'osm' },
      annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
    });
  });
});

describe('configMapSnapshot', () => {
  it('was changed when its newest managed field was written, or else when it was created', () => {
    const changedAt = (metadata: object): number | undefined =>
      configMapSnapshot({ metadata: { name: 'osm-config', namespace: 'osm-system', ...metadata } }).changedAt;
    const creationTimestamp = '2021-03-22T09:26:14Z';
    const managedFields = [{ time: '2021-03-23T00:00:00Z' }, {}, { time: '2021-03-22T10:00:00Z' }];
    expect(changedAt({ creationTimestamp, managedFields })).to.equal(Date.parse('2021-03-23T00:00:00Z'));
    expect(changedAt({ creationTimestamp })).to.equal(Date.parse(creationTimestamp));
    expect(changedAt({})).to.equal(undefined);
  });

  it('refuses data that is no text: YAML reads a single port as a number', () => {
    const data = { outbound_port_exclusion_list: 6379 };
    const { message } = refusal(() => configMapSnapshot({ metadata: { name: 'osm-config' }, data }));
    expect(message).to.equal('data.outbound_port_exclusion_list: expected text');
  });
});
