/**
 * Snapshots: plain facts taken from API objects or from objects in files, with nothing of the object kept.
 *
 * Guarantees: what has the wrong shape is a SnapshotError that names the place in the object; nothing is guessed.
 */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { ConfigMap } from '../core/osm/mesh-config.ts';
import { RELEVANT_ANNOTATIONS, RELEVANT_LABELS } from '../core/osm/names.ts';
import type {
  ContainerState,
  ContainerStatus,
  ContainerVariables,
  Namespace,
  Owner,
  Pod,
} from '../core/osm/pod.ts';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { unsafeVariable } from '../core/iptables/shell-variables.ts';
import type { Condition } from '../kube/conditions.ts';
import {
  configMapSchema,
  namespaceSchema,
  podSchema,
  type ContainerStatusObject,
  type EnvObject,
  type PodObject,
} from './object-schema.ts';

/** A pod's facts, and the condition that this project once wrote on it. */
export interface PodSnapshot {
  readonly pod: Pod;
  readonly condition: Condition | undefined;
}

/** An object is not what its kind says it is. */
export class SnapshotError extends Error {
  /** The way to the offending value: `['spec', 'containers', 0, 'name']`. */
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(path.length === 0 ? message : `${path.join('.')}: ${message}`);
    this.name = 'SnapshotError';
    this.path = path;
  }
}

/** @throws SnapshotError */
export function podSnapshot(object: unknown): PodSnapshot {
  const { metadata, spec, status } = parse(podSchema, object);
  const condition = status.conditions.find(({ type }) => type === CONDITION_TYPE);
  const pod: Pod = {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    createdAt: metadata.creationTimestamp ?? undefined,
    terminating: metadata.deletionTimestamp !== null,
    phase: status.phase,
    restartPolicy: spec.restartPolicy,
    hostNetwork: spec.hostNetwork,
    owner: ownerOf(metadata),
    labels: pick(metadata.labels, RELEVANT_LABELS),
    annotations: pick(metadata.annotations, RELEVANT_ANNOTATIONS),
    initContainers: spec.initContainers.map(({ name, command, args, env }) => {
      return {
        name,
        command,
        args,
        env: variablesOf(env),
        status: statusOf(name, status.initContainerStatuses),
      };
    }),
    containers: spec.containers.map(({ name }) => ({
      name,
      status: statusOf(name, status.containerStatuses),
    })),
  };
  return { pod, condition: condition === undefined ? undefined : withoutNull(condition) };
}

/** @throws SnapshotError */
export function namespaceSnapshot(object: unknown): Namespace {
  const { name, labels, annotations } = parse(namespaceSchema, object).metadata;
  return {
    name,
    labels: pick(labels, RELEVANT_LABELS),
    annotations: pick(annotations, RELEVANT_ANNOTATIONS),
  };
}

/** @throws SnapshotError */
export function configMapSnapshot(object: unknown): ConfigMap {
  const { metadata, data } = parse(configMapSchema, object);
  const times = [metadata.creationTimestamp, ...metadata.managedFields.map(({ time }) => time)];
  const known = times.filter((time) => time !== null);
  const changedAt = known.length === 0 ? undefined : Math.max(...known);
  return { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid, changedAt, data };
}

/** Whether two snapshots of a pod lead to the same verdict: the condition is our own writing and does not count. */
export function sameFacts(before: PodSnapshot, after: PodSnapshot): boolean {
  return isDeepStrictEqual(before.pod, after.pod);
}

function parse<S extends v.GenericSchema>(schema: S, object: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, object, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  throw new SnapshotError(path, issue.received === 'undefined' ? 'is missing' : issue.message);
}

/** What the kubelet takes from elsewhere, or puts together from other variables, is not known and left out. */
function variablesOf(env: readonly EnvObject[]): ContainerVariables {
  const variables = new Map<string, string | null>();
  for (const { name, value, valueFrom } of env) {
    const ownAddress = valueFrom?.fieldRef?.fieldPath === 'status.podIP';
    const plain = valueFrom === null || valueFrom === undefined;
    const text = value ?? '';
    // Of two with one name the last one counts.
    variables.delete(name);
    if (ownAddress) variables.set(name, null);
    else if (plain && !text.includes('$')) variables.set(name, text);
    // That it is there at all makes what the script does uncertain, whatever its value.
    else if (unsafeVariable(name)) variables.set(name, '');
  }
  return Object.fromEntries(variables);
}

/** The kubelet's word on a container; undefined until it has said anything. */
function statusOf(name: string, statuses: readonly ContainerStatusObject[]): ContainerStatus | undefined {
  const status = statuses.find((candidate) => candidate.name === name);
  const state = status === undefined ? undefined : stateOf(status.state);
  if (status === undefined || state === undefined) return undefined;
  const { lastState, ready, restartCount } = status;
  return { state, lastExitCode: lastState.terminated?.exitCode, ready, restarts: restartCount };
}

function stateOf({
  waiting,
  running,
  terminated,
}: ContainerStatusObject['state']): ContainerState | undefined {
  if (terminated) {
    const { exitCode, reason, finishedAt } = terminated;
    return { kind: 'terminated', exitCode, reason, finishedAt: finishedAt ?? undefined };
  }
  if (running) return { kind: 'running', startedAt: running.startedAt ?? undefined };
  return waiting ? { kind: 'waiting', reason: waiting.reason, message: waiting.message } : undefined;
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
