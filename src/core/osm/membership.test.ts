import { expect } from 'chai';
import {
  container,
  initContainer,
  meshedPod,
  namespaceOf,
  plainPod,
  status,
  terminated,
} from '../../testing/builders.ts';
import { membership } from './membership.ts';
import { CONTROL_PLANE_LABEL, IGNORE_LABEL, INJECTION_ANNOTATION, MONITORED_BY_LABEL } from './names.ts';
import type { Namespace, Pod } from './pod.ts';

const wants = (value: string): Record<string, string> => ({ [INJECTION_ANNOTATION]: value });
const monitored = (annotations: Record<string, string> = {}): Namespace =>
  namespaceOf('test', { labels: { [MONITORED_BY_LABEL]: 'osm' }, annotations });

function told(pod: Pod, namespace: Namespace | undefined): string {
  const belongs = membership(pod, { namespace, meshNamespaces: ['osm-system'], interception: 'iptables' });
  switch (belongs.kind) {
    case 'injected':
      return belongs.unasked === undefined ? 'injected' : `injected, unasked: ${belongs.unasked}`;
    case 'should-be-injected':
      return belongs.kind;
    case 'invalid-annotation':
      return `${belongs.kind} on ${belongs.on}: ${belongs.value}`;
    case 'not-concerned':
      return `${belongs.kind}: ${belongs.reason}${belongs.unheard === undefined ? '' : ', unheard'}`;
    case 'unknown':
      return `${belongs.kind}: ${belongs.reason}`;
  }
}

describe('membership', () => {
  const failedInit = [initContainer(undefined, { status: status(terminated(2)) })];
  const cases: Readonly<Record<string, readonly [Pod, Namespace | undefined, string]>> = {
    'counts a pod with a proxy label': [meshedPod({ initContainers: [] }), undefined, 'injected'],
    'counts a pod with osm-init': [plainPod({ initContainers: [initContainer()] }), undefined, 'injected'],
    'asks for a sidecar where the namespace does': [
      plainPod(),
      monitored(wants('enabled')),
      'should-be-injected',
    ],
    'asks for a sidecar where the pod does': [
      plainPod({ annotations: wants('Yes') }),
      monitored(),
      'should-be-injected',
    ],
    'lets the pod opt out': [
      plainPod({ annotations: wants('disabled') }),
      monitored(wants('enabled')),
      'not-concerned: the pod opts out of sidecar injection',
    ],
    'leaves pods alone where nobody asks': [
      plainPod(),
      monitored(),
      'not-concerned: namespace test does not ask for sidecar injection',
    ],
    'takes an empty annotation for none': [
      plainPod({ annotations: wants('') }),
      monitored(),
      'not-concerned: namespace test does not ask for sidecar injection',
    ],
    'leaves pods alone in a namespace without a mesh, whatever they ask': [
      plainPod({ annotations: wants('enabled') }),
      namespaceOf('test'),
      'not-concerned: no mesh monitors namespace test, unheard',
    ],
    'leaves an ignored namespace alone': [
      plainPod(),
      namespaceOf('test', {
        labels: { [MONITORED_BY_LABEL]: 'osm', [IGNORE_LABEL]: '' },
        annotations: wants('yes'),
      }),
      'not-concerned: the mesh ignores namespace test',
    ],
    'does not guess without the namespace': [
      plainPod(),
      undefined,
      'unknown: nothing was injected, and the labels of namespace test, which say whether that is right, are not known',
    ],
    "names the pod's bad annotation": [
      plainPod({ annotations: wants('on') }),
      monitored(),
      'invalid-annotation on pod: on',
    ],
    "names the namespace's bad annotation": [
      plainPod(),
      monitored(wants('1')),
      'invalid-annotation on namespace: 1',
    ],
    'never counts system namespaces': [
      plainPod({ namespace: 'kube-system' }),
      undefined,
      'not-concerned: kube-system is never part of a mesh',
    ],
    "never counts OSM's own namespace": [
      meshedPod({ namespace: 'osm-system' }),
      undefined,
      'not-concerned: osm-system is where OSM itself runs',
    ],
    'never counts a pod that is being deleted': [
      meshedPod({ terminating: true }),
      undefined,
      'not-concerned: the pod is being deleted',
    ],
    'never counts a pod that has succeeded': [
      meshedPod({ phase: 'Succeeded' }),
      undefined,
      'not-concerned: the pod has ended (phase Succeeded)',
    ],
    'never counts a pod that ran and failed': [
      meshedPod({ phase: 'Failed' }),
      undefined,
      'not-concerned: the pod has ended (phase Failed)',
    ],
    'counts a pod that failed because osm-init did': [
      meshedPod({ phase: 'Failed', initContainers: failedInit }),
      undefined,
      'injected',
    ],
    "never asks for a sidecar on the node's network": [
      plainPod({ hostNetwork: true }),
      monitored(wants('enabled')),
      "not-concerned: the pod uses its node's network",
    ],
    'takes the opt-out of an injected pod for written later': [
      meshedPod({ annotations: wants('no') }),
      undefined,
      'injected, unasked: the pod opts out of sidecar injection',
    ],
    'sees that no mesh monitors the namespace of an injected pod any more': [
      meshedPod(),
      namespaceOf('test'),
      'injected, unasked: no mesh monitors namespace test',
    ],
    'sees that neither the namespace nor an injected pod asks for a sidecar any more': [
      meshedPod(),
      monitored(),
      'injected, unasked: namespace test does not ask for sidecar injection',
    ],
    'says nothing of an injected pod that asks for itself, or whose namespace does': [
      meshedPod({ annotations: wants('yes') }),
      monitored(),
      'injected',
    ],
    'says nothing of an injected pod whose namespace asks': [
      meshedPod(),
      monitored(wants('true')),
      'injected',
    ],
    'sees that the annotation of an injected pod would be refused now': [
      meshedPod({ annotations: wants('on') }),
      monitored(wants('yes')),
      'injected, unasked: the injector refuses the value of its annotation',
    ],
    "sees that the annotation of an injected pod's namespace would be refused now": [
      meshedPod(),
      monitored(wants('on')),
      'injected, unasked: the injector refuses the value of the annotation of namespace test',
    ],
    'minds no bad annotation where no mesh looks': [
      plainPod({ annotations: wants('on') }),
      namespaceOf('test'),
      'not-concerned: no mesh monitors namespace test',
    ],
    "counts a pod by its sidecar's configuration when label and osm-init are lost": [
      meshedPod({ labels: {}, initContainers: [] }),
      undefined,
      'injected',
    ],
    'passes over namespaces of control planes': [
      plainPod(),
      namespaceOf('test', {
        labels: { [MONITORED_BY_LABEL]: 'osm', [CONTROL_PLANE_LABEL]: 'x' },
        annotations: wants('yes'),
      }),
      'not-concerned: namespace test carries the label control-plane, which injectors pass over',
    ],
    'never counts a static pod': [
      plainPod({ mirror: true }),
      monitored(wants('enabled')),
      'not-concerned: a kubelet made the pod from a file, which no injector sees',
    ],
    'asks for no rules on Windows': [
      meshedPod({ windows: true, initContainers: [] }),
      undefined,
      'not-concerned: the pod is for Windows, where OSM installs no rules',
    ],
    "counts FSM's pods by its own names": [
      plainPod({ annotations: { 'flomesh.io/sidecar-injection': 'enabled' } }),
      namespaceOf('test', { labels: { 'flomesh.io/monitored-by': 'fsm' } }),
      'should-be-injected',
    ],
    "does not hear OSM's annotation in a namespace of FSM": [
      plainPod({ annotations: wants('enabled') }),
      namespaceOf('test', { labels: { 'flomesh.io/monitored-by': 'fsm' } }),
      'not-concerned: namespace test does not ask for sidecar injection',
    ],
    "counts an injected pod on the node's network": [meshedPod({ hostNetwork: true }), undefined, 'injected'],
  };
  for (const [sentence, [pod, namespace, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(pod, namespace)).to.equal(outcome));
  }

  describe('by the interception mode of its mesh', () => {
    const fsmPod = meshedPod({
      labels: { 'fsm-proxy-uuid': 'x' },
      initContainers: [],
      containers: [container('app'), container('sidecar', { runAsUser: 1500 })],
    });
    const by = (interception: string | undefined): string => {
      const belongs = membership(fsmPod, { namespace: undefined, meshNamespaces: [], interception });
      return 'reason' in belongs ? `${belongs.kind}: ${belongs.reason}` : belongs.kind;
    };
    for (const mode of ['none', 'ebpf', 'NodeLevel']) {
      it(`needs no fsm-init with ${mode}`, () =>
        expect(by(mode)).to.equal(
          `not-concerned: the interception mode of its mesh is ${mode}, which needs no rules in the pod`,
        ));
    }
    for (const mode of ['iptables', 'PodLevel']) {
      it(`needs fsm-init with ${mode}`, () => expect(by(mode)).to.equal('injected'));
    }
    it('is not known without a configuration', () =>
      expect(by(undefined)).to.equal(
        'unknown: it has a sidecar without fsm-init, and the configuration, which says whether that is right, is not known',
      ));
  });
});
