/**
 * Who belongs to the mesh, and why not.
 *
 * A pod that carries any trace of injection belongs, whatever its namespace says today: its rules were installed when it
 * started. Without a trace the injector's own rule decides: the namespace is monitored, and the pod asks for a sidecar,
 * or its namespace does and the pod does not refuse.
 */
import {
  IGNORE_LABEL,
  initContainerOf,
  INJECTION_ANNOTATION,
  MONITORED_BY_LABEL,
  PROXY_UUID_LABEL,
} from './names.ts';
import type { Namespace, Pod } from './pod.ts';

export type Membership =
  | { readonly kind: 'injected' }
  /** Nothing was injected although the injector's rule asks for it. */
  | { readonly kind: 'should-be-injected' }
  | { readonly kind: 'not-concerned'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }
  /** An annotation has a value that the injector does not take. */
  | { readonly kind: 'invalid-annotation'; readonly on: 'pod' | 'namespace'; readonly value: string };

const SYSTEM_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease']);
/** The injector compares without regard to case. */
const INJECTION_VALUES: ReadonlyMap<string, boolean> = new Map([
  ['enabled', true],
  ['yes', true],
  ['true', true],
  ['disabled', false],
  ['no', false],
  ['false', false],
]);

/** `namespace` is undefined when it could not be read, `osmNamespace` is where OSM itself runs. */
export function membership(pod: Pod, namespace: Namespace | undefined, osmNamespace: string): Membership {
  const outsider = neverConcerned(pod, osmNamespace);
  if (outsider !== undefined) return { kind: 'not-concerned', reason: outsider };
  if (hasTraceOfInjection(pod)) return { kind: 'injected' };

  const wish = injectionWish(pod.annotations);
  if (typeof wish === 'object') return { kind: 'invalid-annotation', on: 'pod', value: wish.invalid };
  if (wish === false) return { kind: 'not-concerned', reason: 'the pod opts out of sidecar injection' };
  if (namespace === undefined) {
    const reason = `nothing was injected, and the labels of namespace ${pod.namespace}, which say whether that is right, are not known`;
    return { kind: 'unknown', reason };
  }
  if (namespace.labels[IGNORE_LABEL] !== undefined) {
    return { kind: 'not-concerned', reason: `the mesh ignores namespace ${namespace.name}` };
  }
  if (namespace.labels[MONITORED_BY_LABEL] === undefined) {
    return { kind: 'not-concerned', reason: `no mesh monitors namespace ${namespace.name}` };
  }
  if (wish === true) return { kind: 'should-be-injected' };
  const general = injectionWish(namespace.annotations);
  if (typeof general === 'object')
    return { kind: 'invalid-annotation', on: 'namespace', value: general.invalid };
  if (general === true) return { kind: 'should-be-injected' };
  return { kind: 'not-concerned', reason: `namespace ${namespace.name} does not ask for sidecar injection` };
}

function neverConcerned(pod: Pod, osmNamespace: string): string | undefined {
  if (SYSTEM_NAMESPACES.has(pod.namespace)) return `${pod.namespace} is never part of a mesh`;
  if (pod.namespace === osmNamespace) return `${pod.namespace} is where OSM itself runs`;
  if (pod.terminating) return 'the pod is being deleted';
  const failedToStart = pod.phase === 'Failed' && initFailed(pod);
  if ((pod.phase === 'Succeeded' || pod.phase === 'Failed') && !failedToStart) {
    return `the pod has ended (phase ${pod.phase})`;
  }
  if (pod.hostNetwork && !hasTraceOfInjection(pod)) return "the pod uses its node's network";
  return undefined;
}

/** A pod that ended because osm-init failed is not done with: it never ran. */
function initFailed(pod: Pod): boolean {
  const state = initContainerOf(pod)?.status?.state;
  return state?.kind === 'terminated' && state.exitCode !== 0;
}

function hasTraceOfInjection(pod: Pod): boolean {
  const labelled = pod.labels[PROXY_UUID_LABEL] !== undefined;
  return labelled || initContainerOf(pod) !== undefined;
}

/** Undefined when nothing is said; an empty value says nothing. */
function injectionWish(
  annotations: Readonly<Record<string, string>>,
): boolean | { readonly invalid: string } | undefined {
  const text = annotations[INJECTION_ANNOTATION];
  if (text === undefined || text === '') return undefined;
  return INJECTION_VALUES.get(text.toLowerCase()) ?? { invalid: text };
}
