/**
 * Recorded pods, made fit to be created again: without what a server fills in, and for a scheduler that does not exist,
 * so that no kubelet touches the status that a scenario patches in.
 */
import { readJson } from '../../src/testing/repository.ts';
import { eventually, type TestCluster } from './cluster.ts';

interface PodObject {
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: Record<string, unknown> & { containers: unknown[]; initContainers?: unknown[] };
  status: Record<string, unknown>;
}

export interface RecordedPod {
  readonly name: string;
  /** The file in examples/recorded, without its ending. */
  readonly recorded: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** What is different about osm-init. */
  readonly init?: object;
  /** The node that it is bound to; none by default. */
  readonly node?: string;
  /** Instead of the recorded status. */
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Creates the pods in one call and gives each its recorded status. */
export async function createPods(
  cluster: TestCluster,
  namespace: string,
  pods: readonly RecordedPod[],
): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: pods.map((pod) => manifestOf(pod, namespace)) };
  await cluster.kubectl(['create', '-f', '-'], JSON.stringify(list));
  await Promise.all(pods.map((pod) => patchStatus(cluster, namespace, pod.name, statusOf(pod))));
}

/**
 * Replaces the status, keeping conditions of others, as a kubelet does; kubectl 1.20 knows subresources only by path.
 * The controller writes too, so a conflict is tried again.
 */
export async function patchStatus(
  cluster: TestCluster,
  namespace: string,
  name: string,
  status: Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
  await eventually(`the status of ${name} is written`, async () => {
    const current = JSON.parse(await cluster.kubectl(['get', '--raw', path])) as PodObject;
    const conditions = [
      ...conditionsOf(status).filter(({ type }) => !type.includes('/')),
      ...conditionsOf(current.status).filter(({ type }) => type.includes('/')),
    ];
    const body = { ...current, status: { ...status, conditions } };
    return cluster.kubectl(['replace', '--raw', path, '-f', '-'], JSON.stringify(body));
  });
}

function conditionsOf(status: Readonly<Record<string, unknown>>): readonly { readonly type: string }[] {
  return (status['conditions'] ?? []) as { type: string }[];
}

/** What a kubelet would say of it. */
export function statusOf(pod: RecordedPod): Readonly<Record<string, unknown>> {
  return pod.status ?? recorded(pod).status;
}

/** What to create. */
export function manifestOf(pod: RecordedPod, namespace: string): object {
  const { metadata, spec } = recorded(pod);
  const ours = Object.entries(metadata.annotations ?? {}).filter(([name]) => !name.startsWith('kubectl.'));
  const annotations = { ...Object.fromEntries(ours), ...pod.annotations };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace,
      labels: metadata.labels,
      annotations,
    },
    spec: {
      restartPolicy: spec['restartPolicy'],
      schedulerName: 'nobody',
      ...(pod.node === undefined ? {} : { nodeName: pod.node }),
      automountServiceAccountToken: false,
      initContainers: (spec.initContainers ?? [])
        .map(withoutMounts)
        .map((each) => ('name' in each && each.name === 'osm-init' ? { ...each, ...pod.init } : each)),
      containers: spec.containers.map(withoutMounts),
    },
  };
}

function recorded(pod: RecordedPod): PodObject {
  return readJson(`examples/recorded/${pod.recorded}.json`) as PodObject;
}

/** The mounts name secrets of the recording cluster. */
function withoutMounts(container: unknown): object {
  return { ...(container as object), volumeMounts: [] };
}
