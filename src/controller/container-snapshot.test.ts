import { expect } from 'chai';
import type { Container, InitContainer } from '../core/osm/pod.ts';
import { podSnapshot } from './snapshot.ts';

const podOf = (spec: object, status: object = {}): ReturnType<typeof podSnapshot>['pod'] =>
  podSnapshot({ metadata: { name: 'a' }, spec, status }).pod;
const containerOf = (container: object, spec: object = {}): Container =>
  podOf({ ...spec, containers: [{ name: 'app', ...container }] }).containers[0]!;
const initOf = (container: object, spec: object = {}): InitContainer =>
  podOf({ ...spec, initContainers: [{ name: 'osm-init', ...container }] }).initContainers[0]!;

describe('podSnapshot of a container', () => {
  it('takes what is left out or null as the default', () => {
    const bare = { name: 'app', image: '', runAsUser: undefined, ports: [], status: undefined };
    expect(containerOf({})).to.deep.equal(bare);
    expect(containerOf({ image: null, ports: null, securityContext: { runAsUser: null } })).to.deep.equal(
      bare,
    );
    const bareInit = {
      ...bare,
      name: 'osm-init',
      command: [],
      args: [],
      env: {},
      privileged: undefined,
      addedCapabilities: [],
      keepsRunning: false,
    };
    expect(initOf({})).to.deep.equal(bareInit);
    const securityContext = { privileged: null, capabilities: null };
    expect(initOf({ securityContext, restartPolicy: null, env: null })).to.deep.equal(bareInit);
  });

  const users: Readonly<Record<string, readonly [object, object, number | undefined]>> = {
    'by its own security context': [{ runAsUser: 1500 }, { runAsUser: 7 }, 1500],
    'by its own security context, also when it is root': [{ runAsUser: 0 }, { runAsUser: 7 }, 0],
    'by the one of the pod where its own names none': [{ privileged: false }, { runAsUser: 7 }, 7],
    'not at all where neither does': [{}, {}, undefined],
  };
  for (const [sentence, [securityContext, ofPod, expected]] of Object.entries(users)) {
    it(`knows its user ${sentence}`, () => {
      const spec = { securityContext: ofPod };
      expect(containerOf({ securityContext }, spec).runAsUser).to.equal(expected);
      expect(initOf({ securityContext }, spec).runAsUser).to.equal(expected);
    });
  }

  it('takes its ports, of TCP unless they say otherwise', () => {
    const ports = [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP', name: 'dns' }];
    expect(containerOf({ ports }).ports).to.deep.equal([
      { port: 80, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
    ]);
  });

  it('finds the status of each kind of container in its own list', () => {
    const one = [{ name: 'same' }];
    const restarted = (restartCount: number): object => ({
      name: 'same',
      restartCount,
      state: { running: {} },
    });
    const pod = podOf(
      { initContainers: one, containers: one, ephemeralContainers: one },
      {
        initContainerStatuses: [restarted(1)],
        containerStatuses: [restarted(2)],
        ephemeralContainerStatuses: [restarted(3)],
      },
    );
    const all = [...pod.initContainers, ...pod.containers, ...pod.ephemeralContainers];
    expect(all.map(({ status }) => status?.restarts)).to.deep.equal([1, 2, 3]);
  });
});

describe('podSnapshot of an init container', () => {
  it('takes its privileges as they are written', () => {
    const capabilities = { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] };
    const { privileged, addedCapabilities } = initOf({
      securityContext: { privileged: false, capabilities },
    });
    expect({ privileged, addedCapabilities }).to.deep.equal({
      privileged: false,
      addedCapabilities: ['NET_ADMIN', 'NET_RAW'],
    });
  });

  it('keeps running if it is always restarted, and only then', () => {
    expect(initOf({ restartPolicy: 'Always' }).keepsRunning).to.equal(true);
    expect(initOf({ restartPolicy: 'OnFailure' }).keepsRunning).to.equal(false);
    expect(initOf({}, { restartPolicy: 'Always' }).keepsRunning).to.equal(false);
  });

  it('takes the variables whose values are known', () => {
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
    expect(initOf({ env }).env).to.deep.equal({
      PLAIN: 'text',
      NOTHING: '',
      POD_IP: null,
      TWICE: 'last',
      PATH: '',
    });
  });
});
