/**
 * Manifests among the objects of files: workloads, and pods that no API server has seen.
 *
 * Guarantee: a workload that another one makes is left to that one, as a Deployment's ReplicaSets are, unless only the made
 * one was read.
 */
import { templatePath, workloadSnapshot, type Workload } from '../controller/workload-snapshot.ts';
import { productOf } from '../core/osm/names.ts';
import type { Owner, Pod } from '../core/osm/pod.ts';
import type { SourceObject } from './input/source-object.ts';
import { kindOf, translate } from './object-kinds.ts';
import type { Manifest, Subject } from './subjects.ts';

type From = Omit<Subject, 'pod'>;

export interface ManifestOptions {
  /** For what names none. */
  readonly namespace: string;
  readonly isWanted: (pod: Pod) => boolean;
  /** What a subject says of where it was read from. */
  readonly from: (source: SourceObject) => From;
}

export class Manifests {
  readonly #options: ManifestOptions;
  readonly #workloads: (From & { readonly workload: Workload })[] = [];
  readonly #pods: Manifest[] = [];

  constructor(options: ManifestOptions) {
    this.#options = options;
  }

  /** Takes a pod of a description alone: the API server has given it nothing, and no injector has seen it. */
  takePod(pod: Pod, source: SourceObject): boolean {
    const seen = pod.uid !== '' || pod.createdAt !== undefined || pod.phase !== '';
    if (seen || productOf(pod) !== undefined) return false;
    const { namespace, isWanted, from } = this.#options;
    const placed = namesNamespace(source) ? pod : { ...pod, namespace };
    if (isWanted(placed)) this.#pods.push({ ...from(source), pod: placed, kind: 'Pod', names: [] });
    return true;
  }

  /** Takes a workload, and passes over everything else. */
  takeWorkload(source: SourceObject): void {
    const path = templatePath(kindOf(source));
    if (path === undefined) return;
    const { namespace, isWanted, from } = this.#options;
    const workload = translate(source, (object) => workloadSnapshot(object, path, namespace));
    if (isWanted(workload.pod)) this.#workloads.push({ ...from(source), workload });
  }

  /** Workloads with the names of what they make, by which their own pods are known. */
  all(): readonly Manifest[] {
    const keys = new Set(this.#workloads.map(({ workload }) => keyOf(workload, nameOf(workload))));
    const made = new Map<string, Owner[]>();
    for (const { workload } of this.#workloads) {
      if (workload.owner === undefined) continue;
      const key = keyOf(workload, workload.owner);
      made.set(key, [...(made.get(key) ?? []), nameOf(workload)]);
    }
    const workloads = this.#workloads
      .filter(({ workload }) => !workload.retired)
      .filter(({ workload }) => workload.owner === undefined || !keys.has(keyOf(workload, workload.owner)))
      .map(({ workload, ...from }): Manifest => {
        const name = nameOf(workload);
        const names = [name, ...(made.get(keyOf(workload, name)) ?? [])];
        return { ...from, kind: workload.kind, pod: workload.pod, names };
      });
    return [...workloads, ...this.#pods];
  }
}

function namesNamespace({ object: { metadata } }: SourceObject): boolean {
  return typeof metadata === 'object' && metadata !== null && Object.hasOwn(metadata, 'namespace');
}

function nameOf({ kind, pod }: Workload): Owner {
  return { kind, name: pod.name };
}

function keyOf({ pod }: Workload, { kind, name }: Owner): string {
  return `${pod.namespace}/${kind}/${name}`;
}
