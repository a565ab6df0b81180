/** What the controller has written to the cluster: conditions of pods, and Events. */
import { eventually, type TestCluster } from './cluster.ts';

export const CONDITION = 'openservicemesh.io/RedirectionVerified';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

export interface Event {
  readonly eventTime: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
  readonly reportingController: string;
  readonly series?: { readonly count: number };
}

/** @param pod `NAMESPACE/NAME` */
export async function conditionOf(cluster: TestCluster, pod: string): Promise<Condition | undefined> {
  const [namespace = '', name = ''] = pod.split('/');
  const text = await cluster.kubectl(['get', 'pod', name, '-n', namespace, '-o', 'json']);
  const { status } = JSON.parse(text) as { status: { conditions?: Condition[] } };
  return status.conditions?.find(({ type }) => type === CONDITION);
}

/**
 * Waits until the pod's condition is so.
 *
 * @param pod `NAMESPACE/NAME`
 * @param wanted its status and its reason: `False SidecarMissing`
 */
export function conditionBecomes(
  cluster: TestCluster,
  pod: string,
  wanted: string,
  withinMs?: number,
): Promise<Condition> {
  return eventually(
    `${pod} becomes ${wanted}`,
    async () => {
      const now = await conditionOf(cluster, pod);
      if (now !== undefined && `${now.status} ${now.reason}` === wanted) return now;
      throw new Error(`it is ${now?.status} ${now?.reason} ${now?.message}`);
    },
    withinMs,
  );
}

/** The controller's Events on the object, the oldest first. */
export async function eventsOn(
  cluster: TestCluster,
  namespace: string,
  name: string,
): Promise<readonly Event[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  const { items } = JSON.parse(await cluster.kubectl(['get', '--raw', path])) as { items: Event[] };
  const ours = items.filter(({ regarding, reportingController }) => {
    return regarding.name === name && reportingController === 'openservicemesh.io/osm-auditor';
  });
  return ours.sort((a, b) => a.eventTime.localeCompare(b.eventTime));
}
