/** What a change means for all pods together: rolled up by workload, and the traffic that it concerns. */
import type { Owner, Pod } from '../osm/pod.ts';
import type { Finding } from './finding.ts';
import { FORESIGHTS, type Foresight } from './foresee.ts';
import type { Report } from './report.ts';
import type { TrafficChange } from './traffic-change.ts';

export interface ForeseenPod {
  readonly pod: Pod;
  /** The kind of object that describes a pod which is only to be created. */
  readonly predicted: string | undefined;
  readonly now: Report;
  readonly then: Report;
  readonly foresight: Foresight;
  readonly traffic: readonly TrafficChange[];
}

/** The pods of one workload that a change means the same for. */
export interface ForeseenWorkload {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly foresight: Foresight['kind'];
  readonly pods: number;
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly finding: Finding;
  /** How many of the pods it is said of. */
  readonly pods: number;
}

/** The worst first, then by name. */
export function workloadsOf(pods: readonly ForeseenPod[]): readonly ForeseenWorkload[] {
  const groups = grouped(pods, (each) => {
    const { kind, name } = workloadOf(each);
    return JSON.stringify([FORESIGHTS.indexOf(each.foresight.kind), each.pod.namespace, kind, name]);
  });
  return groups
    .map((group) => {
      const [first] = group;
      return {
        namespace: first.pod.namespace,
        ...workloadOf(first),
        foresight: first.foresight.kind,
        pods: group.length,
        reasons: reasonsOf(group),
      };
    })
    .sort((a, b) => {
      return (
        FORESIGHTS.indexOf(a.foresight) - FORESIGHTS.indexOf(b.foresight) ||
        a.namespace.localeCompare(b.namespace) ||
        a.name.localeCompare(b.name) ||
        a.kind.localeCompare(b.kind)
      );
    });
}

/** A pod that nobody owns stands for itself. */
export function workloadOf({ pod, predicted }: Pick<ForeseenPod, 'pod' | 'predicted'>): Owner {
  return pod.owner ?? { kind: predicted ?? 'Pod', name: pod.name };
}

/** Each difference once, with the number of pods that have it, as far as they start; that of the most pods first. */
export function trafficOf(
  pods: readonly ForeseenPod[],
): readonly { readonly change: TrafficChange; readonly pods: number }[] {
  const starting = pods.filter(({ foresight }) => foresight.kind !== 'cannot-start');
  const all = starting.flatMap(({ traffic }) => traffic);
  return grouped(all, (change) => JSON.stringify([change.class, change.now, change.then]))
    .map((group) => ({ change: group[0], pods: group.length }))
    .sort((a, b) => b.pods - a.pods);
}

function reasonsOf(pods: readonly ForeseenPod[]): readonly Reason[] {
  const all = pods.flatMap(({ foresight }) => foresight.because);
  return grouped(all, ({ code, message }) => `${code} ${message}`).map((group) => {
    return { finding: group[0], pods: group.length };
  });
}

type Group<T> = readonly [T, ...T[]];

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): readonly Group<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
