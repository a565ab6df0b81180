import { expect } from 'chai';
import fc from 'fast-check';
import {
  configSet,
  inputFor,
  meshConfig,
  meshedPod,
  namespaceOf,
  NO_CONFIG,
  plainPod,
  status,
  waiting,
} from '../../testing/builders.ts';
import { initOf, MONITORED } from '../../testing/cases/inputs.ts';
import type { ConfigSet } from '../osm/choose-config.ts';
import type { MeshConfigResource } from '../osm/mesh-config.ts';
import { INJECTION_ANNOTATION, OUTBOUND_PORTS_ANNOTATION } from '../osm/names.ts';
import type { Namespace, Pod } from '../osm/pod.ts';
import { foresee, outlookOf, type Foresight } from './foresee.ts';
import type { AuditInput } from './judgement.ts';
import { formerOf } from './next-injection.ts';
import { prospectOf } from './prospect.ts';

type Change = Partial<Pick<AuditInput, 'configs' | 'namespace'>>;

function foreseen(pod: Pod, before: Change, after: Change): Foresight {
  const now = inputFor(pod, { namespace: MONITORED, ...before });
  const former = formerOf(now);
  return foresee(outlookOf(now, former), outlookOf({ ...now, ...after }, former));
}

function told({ kind, because }: Foresight): string {
  return [kind, ...because.map(({ name }) => name)].join(' ');
}

const configured = (rest: Partial<MeshConfigResource> = {}): ConfigSet => configSet([meshConfig(rest)]);
const withPorts = (...ports: readonly number[]): Pod =>
  meshedPod({ initContainers: [initOf('R4', { ports })] });
const annotated = (list: string, ports: readonly number[]): Pod => ({
  ...withPorts(...ports),
  annotations: { [OUTBOUND_PORTS_ANNOTATION]: list },
});
const FIFTEEN = Array.from({ length: 15 }, (_, i) => 81 + i);
const OUTSIDE: Namespace = namespaceOf('test');
const REFUSING: Namespace = { ...MONITORED, annotations: { [INJECTION_ANNOTATION]: 'on' } };

/** The pod, what is in force, what would be, and what that means. */
const CASES: Readonly<Record<string, readonly [Pod, Change, Change, string]>> = {
  'a port that is to be excluded': [
    withPorts(),
    { configs: configured() },
    { configs: configured({ outboundPorts: [6379] }) },
    'restart ExcludedPortMissing',
  ],
  'a port that is no longer to be excluded': [
    withPorts(6379),
    { configs: configured({ outboundPorts: [6379] }) },
    { configs: configured() },
    'restart ExcludedPortExtra',
  ],
  'a second port, where the first is missing already': [
    withPorts(),
    { configs: configured({ outboundPorts: [1] }) },
    { configs: configured({ outboundPorts: [1, 2] }) },
    'restart ExcludedPortMissing',
  ],
  'what the pod has already': [
    withPorts(6379),
    { configs: configured() },
    { configs: configured({ outboundPorts: [6379] }) },
    'right ExcludedPortExtra',
  ],
  'what changes nothing about a pod that is wrong': [
    withPorts(6379),
    { configs: configured() },
    { configs: configured({ outboundRanges: [] }) },
    'same',
  ],
  'another order of the same lists': [
    withPorts(1, 2),
    { configs: configured({ outboundPorts: [1, 2] }) },
    { configs: configured({ outboundPorts: [2, 1] }) },
    'same',
  ],
  'a value that iptables refuses': [
    withPorts(),
    { configs: configured() },
    { configs: configured({ outboundPorts: [70_000] }) },
    'cannot-start RecreationWillFail',
  ],
  'a sixteenth port beside an annotation': [
    annotated('96', [...FIFTEEN.slice(1), 96]),
    { configs: configured({ outboundPorts: FIFTEEN.slice(1) }) },
    { configs: configured({ outboundPorts: FIFTEEN }) },
    'cannot-start RecreationWillFail',
  ],
  'a sixteenth port that is taken off again': [
    annotated('96', FIFTEEN),
    { configs: configured({ outboundPorts: FIFTEEN }) },
    { configs: configured({ outboundPorts: FIFTEEN.slice(1) }) },
    'restart ExcludedPortExtra',
  ],
  'a change for a pod that could not be created again anyway': [
    annotated('70000', []),
    { configs: configured() },
    { configs: configured({ outboundRanges: ['10.0.0.0/8'] }) },
    'cannot-start RecreationWillFail',
  ],
  'nothing for a pod that could not be created again anyway': [
    annotated('70000', []),
    { configs: configured() },
    { configs: configured() },
    'same',
  ],
  'the mode PodIP where the first address is of IPv6': [
    { ...withPorts(), addresses: ['fd00::5'] },
    { configs: configured() },
    { configs: configured({ localProxyMode: 'PodIP' }) },
    'cannot-start RecreationWillFail',
  ],
  'a namespace that leaves the mesh': [
    withPorts(),
    { configs: configured() },
    { configs: configured(), namespace: OUTSIDE },
    'leaves InjectedUnasked',
  ],
  'a mesh that no longer has rules in pods': [
    withPorts(),
    { configs: configured() },
    { configs: configured({ interception: 'ebpf' }) },
    'leaves NotInMesh',
  ],
  'a namespace that joins the mesh': [
    plainPod(),
    { configs: configured(), namespace: OUTSIDE },
    { configs: configured(), namespace: MONITORED },
    'restart SidecarMissing',
  ],
  'a namespace that a pod without a sidecar wishes to leave': [
    plainPod(),
    { configs: configured(), namespace: MONITORED },
    { configs: configured(), namespace: OUTSIDE },
    'right SidecarMissing',
  ],
  'a bad value of the annotation of the namespace': [
    withPorts(),
    { configs: configured() },
    { configs: configured(), namespace: REFUSING },
    'cannot-start InjectionAnnotationInvalid',
  ],
  'a configuration where there was none': [
    withPorts(6379),
    { configs: NO_CONFIG },
    { configs: configured({ outboundPorts: [6379] }) },
    'right ConfigMissing',
  ],
  'a second configuration of one mesh': [
    withPorts(),
    { configs: configured() },
    { configs: configSet([meshConfig(), meshConfig({ namespace: 'osm-system', name: 'other' })]) },
    'same',
  ],
  'two configurations of which nobody knows whose they are': [
    withPorts(),
    { configs: configSet([meshConfig({ namespace: 'a' })]) },
    { configs: configSet([meshConfig({ namespace: 'a' }), meshConfig({ namespace: 'b' })]) },
    'undecided ConfigAmbiguous',
  ],
  'a port that iptables reads otherwise, which keeps no pod from starting': [
    withPorts(),
    { configs: configured() },
    { configs: configured({ interfaces: ['$(id)'] }) },
    'undecided ConfigInterfaceInvalid',
  ],
  'a change for a pod that is still starting': [
    { ...withPorts(), initContainers: [initOf('R4', {}, { status: status(waiting('PodInitializing')) })] },
    { configs: configured() },
    { configs: configured({ outboundPorts: [6379] }) },
    'restart ExcludedPortMissing',
  ],
  'nothing for a pod that is still starting': [
    { ...withPorts(), initContainers: [initOf('R4', {}, { status: undefined })] },
    { configs: configured() },
    { configs: configured() },
    'same',
  ],
  'nothing for a pod whose script is not understood': [
    meshedPod({ initContainers: [{ ...initOf('R4'), args: ['-c', 'nft list ruleset'] }] }),
    { configs: configured() },
    { configs: configured() },
    'undecided ScriptNotUnderstood',
  ],
};

const anyConfig = fc
  .record({
    outboundPorts: fc.uniqueArray(fc.constantFrom(80, 443, 6379, 70_000), { maxLength: 3 }),
    outboundRanges: fc.uniqueArray(fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', 'fd00::/8', '0.0.0.0/0')),
    interception: fc.constantFrom('', 'ebpf'),
  })
  .map(configured);
const anyPod = fc.oneof(
  fc.constant(plainPod()),
  fc.uniqueArray(fc.constantFrom(80, 443, 6379)).map((ports) => withPorts(...ports)),
  fc.constantFrom('80', '70000', 'http').map((list) => annotated(list, [])),
);
const anyNamespace = fc.constantFrom(MONITORED, OUTSIDE, REFUSING);

describe('foresee', () => {
  for (const [what, [pod, before, after, expected]] of Object.entries(CASES)) {
    it(`says what it means: ${what}`, () => {
      expect(told(foreseen(pod, before, after))).to.equal(expected);
    });
  }

  it('says of no change that nothing changes, whatever the pod is', () => {
    fc.assert(
      fc.property(anyPod, anyConfig, anyNamespace, (pod, configs, namespace) => {
        const { kind } = foreseen(pod, { configs, namespace }, { configs, namespace });
        expect(kind).to.be.oneOf(['same', 'undecided']);
      }),
      { numRuns: 200 },
    );
  });

  it('says that a pod cannot start exactly when one made then would be stopped, and not now', () => {
    fc.assert(
      fc.property(anyPod, anyConfig, anyConfig, (pod, before, after) => {
        const { kind } = foreseen(pod, { configs: before }, { configs: after });
        const now = inputFor(pod, { namespace: MONITORED, configs: before });
        const former = formerOf(now);
        const { next: then } = outlookOf({ ...now, configs: after }, former);
        if (kind === 'cannot-start') expect(then.stops).not.to.deep.equal([]);
        if (then.stops.length > 0 && outlookOf(now, former).next.stops.length === 0) {
          expect(kind).to.equal('cannot-start');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('speaks of pods that are only described by what they would be', () => {
    const input = inputFor(plainPod(), { namespace: OUTSIDE, configs: configured() });
    const outlook = (rest: Partial<AuditInput>): Parameters<typeof foresee>[0] => {
      return { running: undefined, next: prospectOf({ ...input, ...rest }) };
    };
    const hosted = { ...input.pod, containers: [{ ...input.pod.containers[0]!, runAsUser: 1500 }] };
    const joins = { namespace: MONITORED };
    expect(told(foresee(outlook({}), outlook(joins)))).to.equal('same');
    expect(told(foresee(outlook({ pod: hosted }), outlook({ pod: hosted, ...joins })))).to.equal(
      'wrong AppRunsAsProxyUser',
    );
    expect(told(foresee(outlook(joins), outlook({})))).to.equal('leaves NotInMesh');
    const bad = configured({ outboundPorts: [70_000] });
    expect(told(foresee(outlook(joins), outlook({ ...joins, configs: bad })))).to.equal(
      'cannot-start RecreationWillFail',
    );
    expect(told(foresee(outlook({ ...joins, configs: bad }), outlook(joins)))).to.equal(
      'right RecreationWillFail ConfigPortInvalid',
    );
  });
});
