import { expect } from 'chai';
import { CONDITION_TYPE, LIVE_REDIRECTION } from '../core/audit/condition-text.ts';
import { readJson } from '../testing/repository.ts';
import { namespaceSnapshot, podSnapshot, sameFacts, SnapshotError } from './snapshot.ts';

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
  it('takes the facts of a pod and nothing else', () => {
    const { pod, condition } = podSnapshot(recorded('good'));
    const { initContainers, ...rest } = pod;
    const tcp = (...ports: readonly number[]): unknown => ports.map((port) => ({ port, protocol: 'TCP' }));
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
      runtimeClass: undefined,
      windows: false,
      mirror: false,
      addresses: ['10.244.0.10'],
      bootstrapSecrets: [],
      owner: undefined,
      labels: { 'osm-proxy-uuid': '00000000-0000-4000-8000-000003365575' },
      annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
      annotatedAt: { 'openservicemesh.io/sidecar-injection': Date.parse('2026-11-23T08:48:07Z') },
      containers: [
        {
          name: 'app',
          image: 'docker.io/library/busybox:1.35',
          runAsUser: undefined,
          ports: tcp(8080),
          status,
        },
        {
          name: 'envoy',
          image: 'envoyproxy/envoy-alpine:v1.17.1',
          runAsUser: 1500,
          ports: tcp(15000, 15003, 15010),
          status,
        },
      ],
      ephemeralContainers: [],
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
      runtimeClass: undefined,
      windows: false,
      mirror: false,
      addresses: [],
      bootstrapSecrets: [],
      owner: undefined,
      labels: {},
      annotations: {},
      annotatedAt: {},
      initContainers: [],
      containers: [],
      ephemeralContainers: [],
    });
  });

  it('takes the condition of the type that it is told, beside the other one', () => {
    const [theirs, ours] = [CONDITION_TYPE, LIVE_REDIRECTION.type].map((type) => ({ type, status: 'True' }));
    const pod = good(({ status }) => (status['conditions'] as unknown[]).push(theirs, ours));
    expect(podSnapshot(pod, LIVE_REDIRECTION.type).condition?.type).to.equal(LIVE_REDIRECTION.type);
    expect(podSnapshot(pod).condition?.type).to.equal(CONDITION_TYPE);
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

  const windows: Readonly<Record<string, readonly [object, boolean]>> = {
    'names Windows as its system': [{ os: { name: 'windows' } }, true],
    'asks for a node with Windows': [{ nodeSelector: { 'kubernetes.io/os': 'windows' } }, true],
    'asks for one by the old label': [{ nodeSelector: { 'beta.kubernetes.io/os': 'windows' } }, true],
    'asks for a node with Linux': [
      { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' } },
      false,
    ],
    'selects nodes by other labels': [{ nodeSelector: { os: 'windows' } }, false],
  };
  for (const [sentence, [spec, expected]] of Object.entries(windows)) {
    it(`takes a pod that ${sentence} for ${expected ? 'a Windows pod' : 'any other'}`, () => {
      expect(podSnapshot({ metadata: { name: 'a' }, spec }).pod.windows).to.equal(expected);
    });
  }

  it('knows a mirror pod by its annotation, whatever its value', () => {
    const annotations = { 'kubernetes.io/config.mirror': '' };
    const { pod } = podSnapshot({ metadata: { name: 'a', annotations }, spec: {} });
    expect(pod).to.deep.include({ mirror: true, annotations: {} });
  });

  const addresses: Readonly<Record<string, readonly [object, readonly string[]]>> = {
    'all of podIPs': [
      { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] },
      ['10.0.0.1', 'fd00::1'],
    ],
    'podIP where there are no others': [{ podIP: '10.0.0.1' }, ['10.0.0.1']],
    'podIP where the others are empty': [{ podIP: '10.0.0.1', podIPs: [{}, { ip: '' }] }, ['10.0.0.1']],
    'none where the pod has none yet': [{ podIP: '', podIPs: [] }, []],
  };
  for (const [sentence, [status, expected]] of Object.entries(addresses)) {
    it(`takes as addresses ${sentence}`, () => {
      expect(podSnapshot({ metadata: { name: 'a' }, spec: {}, status }).pod.addresses).to.deep.equal(
        expected,
      );
    });
  }

  const volumes: Readonly<Record<string, readonly [unknown, readonly string[]]>> = {
    'the configuration of any proxy': [
      [
        { name: 'envoy-bootstrap-config-volume', secret: { secretName: 'envoy-bootstrap-config-1' } },
        { name: 'b', secret: { secretName: 'sidecar-bootstrap-config-2' } },
      ],
      ['envoy-bootstrap-config-1', 'sidecar-bootstrap-config-2'],
    ],
    'no other secret, and nothing by the name of the volume': [
      [
        { name: 'envoy-bootstrap-config-1', secret: { secretName: 'token' } },
        { name: 'b', secret: { secretName: 'my-envoy-bootstrap-config-1' } },
        { name: 'c', configMap: { name: 'envoy-bootstrap-config-1' } },
      ],
      [],
    ],
    'nothing of volumes that are odd': [
      [null, 7, [], { secret: 'envoy-bootstrap-config-1' }, { secret: { secretName: 7 } }],
      [],
    ],
    'nothing of volumes that are no list': [{ secret: { secretName: 'envoy-bootstrap-config-1' } }, []],
  };
  for (const [sentence, [value, expected]] of Object.entries(volumes)) {
    it(`takes of the mounted secrets ${sentence}`, () => {
      const { pod } = podSnapshot({ metadata: { name: 'a' }, spec: { volumes: value } });
      expect(pod.bootstrapSecrets).to.deep.equal(expected);
    });
  }

  describe('on when an annotation was written', () => {
    const ports = 'openservicemesh.io/outbound-port-exclusion-list';
    const early = '2021-03-22T09:00:00Z';
    const late = '2021-03-22T10:00:00Z';
    const written = (time: string | null, ...names: readonly string[]): object => ({
      time,
      fieldsV1: {
        'f:metadata': { 'f:annotations': Object.fromEntries(names.map((name) => [`f:${name}`, {}])) },
      },
    });
    const cases: Readonly<Record<string, readonly [unknown, string | undefined]>> = {
      'takes the time of the entry that has it': [[written(late, 'other'), written(early, ports)], early],
      'takes the latest of several, in any order': [[written(late, ports), written(early, ports)], late],
      'counts who wrote a subresource too': [
        [written(early, ports), { ...written(late, ports), subresource: 'status' }],
        late,
      ],
      'passes over an entry without a time': [[written(early, ports), written(null, ports)], early],
      'says nothing where no time is known': [[written(null, ports)], undefined],
      'says nothing where nobody wrote it': [[written(late, 'other')], undefined],
      'says nothing where nothing is noted': [null, undefined],
      'says nothing of a label by that name': [
        [{ time: late, fieldsV1: { 'f:metadata': { 'f:labels': { [`f:${ports}`]: {} } } } }],
        undefined,
      ],
      'passes over fields of any odd shape': [
        [
          ...[undefined, null, 7, 'text', [], { 'f:metadata': null }, { 'f:metadata': [] }].map(
            (fieldsV1) => ({ time: late, fieldsV1 }),
          ),
          { time: late, fieldsV1: { 'f:metadata': { 'f:annotations': `f:${ports}` } } },
          written(early, ports),
        ],
        early,
      ],
    };
    for (const [sentence, [managedFields, expected]] of Object.entries(cases)) {
      it(sentence, () => {
        const metadata = { name: 'a', annotations: { [ports]: '80' }, managedFields };
        expect(podSnapshot({ metadata, spec: {} }).pod.annotatedAt).to.deep.equal(
          expected === undefined ? {} : { [ports]: Date.parse(expected) },
        );
      });
    }

    it('leaves out annotations that are gone, and those that no verdict depends on', () => {
      const metadata = {
        name: 'a',
        annotations: { note: 'b' },
        managedFields: [written(late, ports, 'note')],
      };
      expect(podSnapshot({ metadata, spec: {} }).pod.annotatedAt).to.deep.equal({});
    });
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
    'an image that is no text': [
      ({ spec }) => (spec['containers'] = [{ name: 'a', image: 7 }]),
      'spec.containers.0.image: expected text',
    ],
    'a port without a number': [
      ({ spec }) => (spec['containers'] = [{ name: 'a', ports: [{ name: 'http' }] }]),
      'spec.containers.0.ports.0.containerPort: is missing',
    ],
    'half a user': [
      ({ spec }) => (spec['securityContext'] = { runAsUser: 0.5 }),
      'spec.securityContext.runAsUser: expected a whole number',
    ],
    'a capability that is no text': [
      ({ spec }) =>
        (spec['initContainers'] = [{ name: 'a', securityContext: { capabilities: { add: [1] } } }]),
      'spec.initContainers.0.securityContext.capabilities.add.0: expected text',
    ],
    'a debugging container without a name': [
      ({ spec }) => (spec['ephemeralContainers'] = [{}]),
      'spec.ephemeralContainers.0.name: is missing',
    ],
    'an address that is no text': [
      ({ status }) => (status['podIPs'] = [{ ip: 7 }]),
      'status.podIPs.0.ip: expected text',
    ],
    'a node selector that is no text': [
      ({ spec }) => (spec['nodeSelector'] = { 'kubernetes.io/os': 7 }),
      'spec.nodeSelector.kubernetes.io/os: expected text',
    ],
    'an entry of managedFields at no time': [
      ({ metadata }) => (metadata['managedFields'] = [{ time: 'soon' }]),
      'metadata.managedFields.0.time: expected a time such as 2021-03-22T09:26:14Z',
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
