/**
 * The pods that workloads would make, taken from their templates.
 *
 * Guarantees: what a template lacks is as the API server would take it; what has the wrong shape is a SnapshotError that
 * names the place in the workload.
 */
import type { Owner, Pod } from '../core/osm/pod.ts';
import {
  anything,
  flag,
  list,
  mapping,
  maybe,
  optional,
  text,
  textMap,
  whole,
  type Read,
} from './object-schema.ts';
import { podSnapshot } from './pod-snapshot.ts';
import { inside, SnapshotError } from './read-object.ts';

export interface Workload {
  readonly kind: string;
  /** As it would be created: with the workload's name, and without anything that only the API server gives. */
  readonly pod: Pod;
  /** The workload that made this one, as a Deployment makes ReplicaSets. */
  readonly owner: Owner | undefined;
  /** It makes no pods any more: a Job that has ended, or a ReplicaSet that another one has replaced. */
  readonly retired: boolean;
}

const USUAL = ['spec', 'template'];
/** Where the template stands in a workload, by its group and kind. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': USUAL,
  'apps/StatefulSet': USUAL,
  'apps/DaemonSet': USUAL,
  'apps/ReplicaSet': USUAL,
  ReplicationController: USUAL,
  'batch/Job': USUAL,
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** @param kind with its group: `apps/Deployment`; undefined for what is no workload */
export function templatePath(kind: string): readonly string[] | undefined {
  return Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
}

const workloadSchema = mapping({
  metadata: mapping({
    name: optional(text),
    generateName: optional(text),
    namespace: optional(text),
    ownerReferences: list(mapping({ kind: text, name: text, controller: maybe(flag, false) })),
  }),
  spec: mapping({ replicas: maybe(whole, 1) }),
  status: maybe(mapping({ conditions: list(mapping({ type: text, status: text })) }), {}),
});

/** The rest of a template is read as a pod. */
const templateSchema = mapping({
  metadata: maybe(mapping({ labels: textMap, annotations: textMap }), {}),
  spec: anything,
});

/**
 * @param path where its template stands
 * @param namespace for one that names none, as `kubectl apply -n` gives it
 * @throws SnapshotError
 */
export function workloadSnapshot(object: unknown, path: readonly string[], namespace: string): Workload {
  const { metadata, spec, status } = workloadSchema(object);
  const kind = String(inside(object, 'kind'));
  const name = metadata.name ?? metadata.generateName;
  if (name === undefined) throw new SnapshotError(['metadata', 'name'], 'is missing');
  const owner = metadata.ownerReferences.find(({ controller }) => controller);
  const ended = status.conditions.some(isEnd);
  return {
    kind,
    pod: {
      ...podOf(object, path, { name, namespace: metadata.namespace ?? namespace }),
      owner: { kind, name },
    },
    owner: owner === undefined ? undefined : { kind: owner.kind, name: owner.name },
    retired: (kind === 'Job' && ended) || (owner !== undefined && spec.replicas === 0),
  };
}

function podOf(
  object: unknown,
  path: readonly string[],
  identity: { readonly name: string; readonly namespace: string },
): Pod {
  const found = inside(object, ...path);
  if (found === undefined || found === null) throw new SnapshotError(path, 'is missing');
  try {
    const { metadata, spec } = templateSchema(found);
    return podSnapshot({ metadata: { ...metadata, ...identity }, spec }).pod;
  } catch (error) {
    throw path.reduceRight((inner: unknown, key) => SnapshotError.within(key, inner), error);
  }
}

function isEnd({ type, status }: Read<typeof workloadSchema>['status']['conditions'][number]): boolean {
  return (type === 'Complete' || type === 'Failed') && status === 'True';
}
