/** The ChangeReport: the one object that `check --with FILE -o json` prints, as docs/before-a-change.md describes it. */
import {
  trafficOf,
  workloadOf,
  workloadsOf,
  type ForeseenPod,
  type ForeseenWorkload,
} from '../../core/audit/change.ts';
import type { Finding } from '../../core/audit/finding.ts';
import type { Foresight } from '../../core/audit/foresee.ts';
import { restartsFor, type Restart } from '../../core/audit/restarts.ts';
import { describeOrigin, type Origin } from '../input/source-object.ts';
import type { Action } from '../proposal.ts';
import { findingDocument } from './report-document.ts';

/** A pod, and the place in a file that it was read from. */
export interface PlacedPod extends ForeseenPod {
  readonly source: Origin | undefined;
}

export interface ProposedObject {
  /** `MeshConfig/osm-system/osm-mesh-config` */
  readonly source: string;
  readonly holds: 'configuration' | 'pods';
  readonly action: Action;
  /** How many pods are judged by it, or are in it. */
  readonly pods: number;
  /** What is wrong with it as such. */
  readonly findings: readonly Finding[];
  /** Those among them that what it replaces does not have. */
  readonly news: readonly Finding[];
}

export interface ChangeResult {
  readonly objects: readonly ProposedObject[];
  readonly pods: readonly PlacedPod[];
}

export interface Counts {
  readonly pods: number;
  readonly cannotStart: number;
  readonly restart: number;
  readonly wrong: number;
  readonly leave: number;
  readonly undecided: number;
  readonly right: number;
  readonly same: number;
}

export function countsOf(pods: readonly ForeseenPod[]): Counts {
  const count = (kind: Foresight['kind']): number =>
    pods.filter(({ foresight }) => foresight.kind === kind).length;
  return {
    pods: pods.length,
    cannotStart: count('cannot-start'),
    restart: count('restart'),
    wrong: count('wrong'),
    leave: count('leaves'),
    undecided: count('undecided'),
    right: count('right'),
    same: count('same'),
  };
}

/** Of pods that have to be restarted alone: what else a restart would do is in the way of it, or not needed. */
export function restartsOf(pods: readonly ForeseenPod[]): readonly Restart[] {
  return restartsFor(pods.filter(({ foresight }) => foresight.kind === 'restart').map(({ then }) => then));
}

/** Plain data, ready for a serializer. */
export function changeDocument({ objects, pods }: ChangeResult): object {
  return {
    apiVersion: 'osm-auditor/v1',
    kind: 'ChangeReport',
    changes: objects.map(({ source, action, pods: concerned, findings }) => ({
      source,
      action,
      pods: concerned,
      findings: findings.map(findingDocument),
    })),
    summary: countsOf(pods),
    workloads: workloadsOf(pods).map(workloadDocument),
    traffic: trafficOf(pods).map(({ change, pods: concerned }) => ({ ...change, pods: concerned })),
    restarts: restartsOf(pods),
    pods: pods.map(podDocument),
  };
}

function workloadDocument({ namespace, kind, name, foresight, pods, reasons }: ForeseenWorkload): object {
  const told = reasons.map(({ finding: { code, name: reason, severity, message, fix }, pods: concerned }) => {
    return { code, reason, severity, message, fix, pods: concerned };
  });
  return { namespace, kind, name, outcome: foresight, pods, reasons: told };
}

function podDocument(each: PlacedPod): object {
  const { pod, predicted, now, then, foresight, source } = each;
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    ...(predicted === undefined ? {} : { predicted: true, kind: predicted }),
    ...(source === undefined ? {} : { source: describeOrigin(source) }),
    workload: workloadOf(each),
    outcome: foresight.kind,
    now: now.status,
    then: then.status,
    reasons: foresight.because.map(findingDocument),
  };
}
