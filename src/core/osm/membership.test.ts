import { expect } from 'chai';
import {
  initContainer,
  meshedPod,
  namespaceOf,
  plainPod,
  status,
  terminated,
} from '../../testing/builders.ts';
import { membership } from './membership.ts';
import { IGNORE_LABEL, INJECTION_ANNOTATION, MONITORED_BY_LABEL } from './names.ts';
import type { Namespace, Pod } from './pod.ts';

const wants = (value: string): Record<string, string> => ({ [INJECTION_ANNOTATION]: value });
const monitored = (annotations: Record<string, string> = {}): Namespace =>
  namespaceOf('test', { labels: { [MONITORED_BY_LABEL]: 'osm' }, annotations });

function told(pod: Pod, namespace: Namespace | undefined): string {
  const belongs = membership(pod, namespace, 'osm-system');
  switch (belongs.kind) {
    case 'injected':
    case 'should-be-injected':
      return belongs.kind;
    case 'invalid-annotation':
      return `${belongs.kind} on ${belongs.on}: ${belongs.value}`;
    case 'not-concerned':
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
      'not-concerned: no mesh monitors namespace test',
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
    "counts an injected pod on the node's network": [meshedPod({ hostNetwork: true }), undefined, 'injected'],
  };
  for (const [sentence, [pod, namespace, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(pod, namespace)).to.equal(outcome));
  }
});
