/** The facts of pods and of their namespaces. */
import { isDeepStrictEqual } from 'node:util';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { MIRROR_ANNOTATION, PRODUCTS, RELEVANT_ANNOTATIONS, RELEVANT_LABELS } from '../core/osm/names.ts';
import type { Namespace, Owner, Pod } from '../core/osm/pod.ts';
import type { Condition } from '../kube/conditions.ts';
import { containerOf, initContainerOf } from './container-snapshot.ts';
import { namespaceSchema, podSchema, type PodObject } from './pod-schema.ts';
import { inside } from './read-object.ts';

/** A pod's facts, and the condition that the program at hand once wrote on it. */
export interface PodSnapshot {
  readonly pod: Pod;
  readonly condition: Condition | undefined;
}

/** The current name, and the one that it replaced. */
const OS_LABELS = ['kubernetes.io/os', 'beta.kubernetes.io/os'] as const;
const WINDOWS = 'windows';

const BOOTSTRAP_PREFIXES = PRODUCTS.flatMap(({ bootstrapPrefixes }) => bootstrapPrefixes);

/**
 * @param conditionType which condition to keep
 * @throws SnapshotError
 */
export function podSnapshot(object: unknown, conditionType: string = CONDITION_TYPE): PodSnapshot {
  const { metadata, spec, status } = podSchema(object);
  const condition = status.conditions.find(({ type }) => type === conditionType);
  const podUser = spec.securityContext.runAsUser ?? undefined;
  const annotations = pick(metadata.annotations, RELEVANT_ANNOTATIONS);
  const pod: Pod = {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    createdAt: metadata.creationTimestamp ?? undefined,
    terminating: metadata.deletionTimestamp !== undefined,
    phase: status.phase,
    restartPolicy: spec.restartPolicy,
    hostNetwork: spec.hostNetwork,
    runtimeClass: spec.runtimeClassName ?? undefined,
    windows: spec.os.name === WINDOWS || OS_LABELS.some((label) => spec.nodeSelector[label] === WINDOWS),
    mirror: metadata.annotations[MIRROR_ANNOTATION] !== undefined,
    addresses: addressesOf(status),
    bootstrapSecrets: bootstrapSecretsOf(spec.volumes),
    owner: ownerOf(metadata),
    labels: pick(metadata.labels, RELEVANT_LABELS),
    annotations,
    annotatedAt: annotatedAt(Object.keys(annotations), metadata.managedFields),
    initContainers: spec.initContainers.map((container) =>
      initContainerOf(container, podUser, status.initContainerStatuses),
    ),
    containers: spec.containers.map((container) => containerOf(container, podUser, status.containerStatuses)),
    ephemeralContainers: spec.ephemeralContainers.map((container) =>
      containerOf(container, podUser, status.ephemeralContainerStatuses),
    ),
  };
  return { pod, condition: condition === undefined ? undefined : withoutNull(condition) };
}

/** @throws SnapshotError */
export function namespaceSnapshot(object: unknown): Namespace {
  const { name, labels, annotations } = namespaceSchema(object).metadata;
  return {
    name,
    labels: pick(labels, RELEVANT_LABELS),
    annotations: pick(annotations, RELEVANT_ANNOTATIONS),
  };
}

/** Whether two snapshots of a pod lead to the same verdict: the condition is our own writing and does not count. */
export function sameFacts(before: PodSnapshot, after: PodSnapshot): boolean {
  return isDeepStrictEqual(before.pod, after.pod);
}

/** `podIP` is the first of `podIPs`, and the only one that old servers write. */
function addressesOf({ podIP, podIPs }: PodObject['status']): readonly string[] {
  const known = podIPs.map(({ ip }) => ip).filter((ip) => ip !== '');
  if (known.length > 0) return known;
  return podIP === '' ? [] : [podIP];
}

function bootstrapSecretsOf(volumes: unknown): readonly string[] {
  const mounted = Array.isArray(volumes)
    ? volumes.map((volume) => inside(volume, 'secret', 'secretName'))
    : [];
  return mounted
    .filter((name) => typeof name === 'string')
    .filter((name) => BOOTSTRAP_PREFIXES.some((prefix) => name.startsWith(prefix)));
}

/**
 * The server notes who wrote which field, and when. An entry's time is that of the last of its fields, so an annotation
 * can be older than it seems.
 */
function annotatedAt(
  names: readonly string[],
  managedFields: PodObject['metadata']['managedFields'],
): Readonly<Record<string, number>> {
  const latest = new Map<string, number>();
  for (const { time, fieldsV1 } of managedFields) {
    if (time === undefined) continue;
    for (const name of names) {
      if (inside(fieldsV1, 'f:metadata', 'f:annotations', `f:${name}`) === undefined) continue;
      latest.set(name, Math.max(time, latest.get(name) ?? time));
    }
  }
  return Object.fromEntries(latest);
}

/** A Deployment names its ReplicaSets after itself with the template's hash behind. */
function ownerOf({ ownerReferences, labels }: PodObject['metadata']): Owner | undefined {
  const owner = ownerReferences.find(({ controller }) => controller);
  if (owner === undefined) return undefined;
  const hash = labels['pod-template-hash'];
  const suffix = `-${hash ?? ''}`;
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(suffix)) {
    return { kind: 'Deployment', name: owner.name.slice(0, -suffix.length) };
  }
  return { kind: owner.kind, name: owner.name };
}

function pick(
  from: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

function withoutNull(condition: PodObject['status']['conditions'][number]): Condition {
  const { type, status, reason, message, lastTransitionTime } = condition;
  return {
    type,
    status,
    reason: reason ?? undefined,
    message: message ?? undefined,
    lastTransitionTime: lastTransitionTime ?? undefined,
  };
}
