/**
 * Who belongs to the mesh, and why not.
 *
 * A pod that carries any trace of injection belongs, whatever its namespace says today: its rules were installed when it
 * started. Without a trace the injector's own rule decides: the namespace is monitored, and the pod asks for a sidecar,
 * or its namespace does and the pod does not refuse.
 */
import { IPTABLES } from './mesh-config.ts';
import {
  CONTROL_PLANE_LABEL,
  ignoreLabel,
  initContainerOf,
  injectionAnnotation,
  monitoredByLabel,
  PRODUCTS,
  productOf,
  sidecarOf,
  type Product,
} from './names.ts';
import type { Namespace, Pod } from './pod.ts';

export type Membership =
  /** `unasked` is why the injector would not touch the pod today, if it would not. */
  | { readonly kind: 'injected'; readonly unasked: string | undefined }
  /** Nothing was injected although the injector's rule asks for it. */
  | { readonly kind: 'should-be-injected' }
  /** `unheard` is the annotation by which the pod itself asks for a sidecar, in vain. */
  | { readonly kind: 'not-concerned'; readonly reason: string; readonly unheard: string | undefined }
  | { readonly kind: 'unknown'; readonly reason: string }
  /** An annotation has a value that the injector does not take. */
  | {
      readonly kind: 'invalid-annotation';
      readonly on: 'pod' | 'namespace';
      readonly annotation: string;
      readonly value: string;
    };

/** What surrounds the pod. */
export interface Surroundings {
  /** undefined when it could not be read. */
  readonly namespace: Namespace | undefined;
  /** Where meshes themselves run. */
  readonly meshNamespaces: readonly string[];
  /** How the pod's mesh gets traffic to sidecars; undefined where that is not known. */
  readonly interception: string | undefined;
}

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

export function membership(pod: Pod, around: Surroundings): Membership {
  const outsider = neverConcerned(pod, around);
  if (outsider !== undefined) return notConcerned(outsider);
  const product = productOf(pod);
  const { namespace } = around;
  if (product !== undefined && around.interception === undefined && needsInit(pod)) {
    const reason = `it has a sidecar without ${product.initContainer}, and the configuration, which says whether that is right, is not known`;
    return { kind: 'unknown', reason };
  }
  if (product !== undefined) return { kind: 'injected', unasked: unasked(pod, product, namespace) };
  return uninjected(pod, namespace);
}

/** The name of the mesh that monitors a namespace, and which kind of mesh that is. */
export function monitoredBy(
  namespace: Namespace | undefined,
): { readonly product: Product; readonly mesh: string } | undefined {
  for (const product of PRODUCTS) {
    const mesh = namespace?.labels[monitoredByLabel(product)];
    if (mesh !== undefined) return { product, mesh };
  }
  return undefined;
}

function notConcerned(reason: string, unheard?: string): Membership {
  return { kind: 'not-concerned', reason, unheard };
}

function uninjected(pod: Pod, namespace: Namespace | undefined): Membership {
  const monitor = monitoredBy(namespace);
  const product = monitor?.product;
  const wishes = (product === undefined ? PRODUCTS : [product]).map((each) => wishOf(pod.annotations, each));
  // No webhook looks at the pods of a namespace without a mesh, whatever stands on them.
  const monitored = namespace === undefined || product !== undefined;
  const invalid = monitored ? wishes.find((wish) => wish.kind === 'invalid') : undefined;
  if (invalid !== undefined) return { ...invalid, kind: 'invalid-annotation', on: 'pod' };
  if (wishes.some(({ kind }) => kind === 'no')) {
    return notConcerned('the pod opts out of sidecar injection');
  }
  const asks = wishes.find((wish) => wish.kind === 'yes')?.annotation;
  if (pod.hostNetwork) return notConcerned("the pod uses its node's network", asks);
  if (namespace === undefined) {
    const reason = `nothing was injected, and the labels of namespace ${pod.namespace}, which say whether that is right, are not known`;
    return { kind: 'unknown', reason };
  }
  const closed = closedNamespace(namespace, product);
  if (closed !== undefined) return notConcerned(closed, asks);
  if (product === undefined) return notConcerned(`no mesh monitors namespace ${namespace.name}`, asks);
  if (asks !== undefined) return { kind: 'should-be-injected' };
  const general = wishOf(namespace.annotations, product);
  switch (general.kind) {
    case 'invalid':
      return { ...general, kind: 'invalid-annotation', on: 'namespace' };
    case 'yes':
      return { kind: 'should-be-injected' };
    case 'no':
    case 'none':
      return notConcerned(`namespace ${namespace.name} does not ask for sidecar injection`);
  }
}

/** The labels by which the webhook's selector leaves a namespace out. */
function closedNamespace(namespace: Namespace, product: Product | undefined): string | undefined {
  const ignored = (product === undefined ? PRODUCTS : [product]).some(
    (each) => namespace.labels[ignoreLabel(each)] !== undefined,
  );
  if (ignored) return `the mesh ignores namespace ${namespace.name}`;
  if (namespace.labels[CONTROL_PLANE_LABEL] !== undefined) {
    return `namespace ${namespace.name} carries the label ${CONTROL_PLANE_LABEL}, which injectors pass over`;
  }
  return undefined;
}

/** What is said of an injected pod as if it were created now; nothing where the namespace is not known. */
function unasked(pod: Pod, product: Product, namespace: Namespace | undefined): string | undefined {
  const wish = wishOf(pod.annotations, product).kind;
  if (wish === 'no') return 'the pod opts out of sidecar injection';
  if (wish === 'invalid') return 'the injector refuses the value of its annotation';
  if (namespace === undefined) return undefined;
  const closed = closedNamespace(namespace, product);
  if (closed !== undefined) return closed;
  if (namespace.labels[monitoredByLabel(product)] === undefined) {
    return `no mesh monitors namespace ${namespace.name}`;
  }
  const general = wishOf(namespace.annotations, product).kind;
  if (wish === 'none' && general === 'invalid') {
    return `the injector refuses the value of the annotation of namespace ${namespace.name}`;
  }
  const asked = wish === 'yes' || general === 'yes';
  return asked ? undefined : `namespace ${namespace.name} does not ask for sidecar injection`;
}

function neverConcerned(pod: Pod, around: Surroundings): string | undefined {
  if (SYSTEM_NAMESPACES.has(pod.namespace)) return `${pod.namespace} is never part of a mesh`;
  if (around.meshNamespaces.includes(pod.namespace)) return `${pod.namespace} is where OSM itself runs`;
  if (pod.terminating) return 'the pod is being deleted';
  if (pod.mirror) return 'a kubelet made the pod from a file, which no injector sees';
  const failedToStart = pod.phase === 'Failed' && initFailed(pod);
  if ((pod.phase === 'Succeeded' || pod.phase === 'Failed') && !failedToStart) {
    return `the pod has ended (phase ${pod.phase})`;
  }
  // A sidecar without osm-init is as it should be where the rules are not made with iptables in the pod.
  if (!needsInit(pod)) return undefined;
  if (pod.windows) return 'the pod is for Windows, where OSM installs no rules';
  const { interception } = around;
  return interception === undefined || interception === IPTABLES || interception === 'PodLevel'
    ? undefined
    : `the interception mode of its mesh is ${interception}, which needs no rules in the pod`;
}

function needsInit(pod: Pod): boolean {
  return productOf(pod) !== undefined && sidecarOf(pod) !== undefined && initContainerOf(pod) === undefined;
}

/** A pod that ended because osm-init failed is not done with: it never ran. */
function initFailed(pod: Pod): boolean {
  const state = initContainerOf(pod)?.status?.state;
  return state?.kind === 'terminated' && state.exitCode !== 0;
}

type Wish =
  | { readonly kind: 'yes'; readonly annotation: string }
  | { readonly kind: 'no' | 'none' }
  | { readonly kind: 'invalid'; readonly annotation: string; readonly value: string };

/** An empty value says nothing, as it does up to v0.9; that injectors from v0.10 on refuse it is not looked at. */
function wishOf(annotations: Readonly<Record<string, string>>, product: Product): Wish {
  const annotation = injectionAnnotation(product);
  const value = annotations[annotation];
  if (value === undefined || value === '') return { kind: 'none' };
  const wish = INJECTION_VALUES.get(value.toLowerCase());
  if (wish === undefined) return { kind: 'invalid', annotation, value };
  return wish ? { kind: 'yes', annotation } : { kind: 'no' };
}
