/**
 * Subjects from a running cluster, read once.
 *
 * Guarantees: pods that cannot be listed are an error; namespaces that may not be listed and a configuration that cannot
 * be read leave their pods Unknown, with the reason.
 * RBAC: list on pods, namespaces and on ConfigMaps named osm-config.
 */
import { configMapSnapshot, namespaceSnapshot, podSnapshot } from '../controller/snapshot.ts';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';
import { findConfig } from '../core/osm/find-config.ts';
import { CONFIG_MAP_NAME } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { connect } from '../kube/client.ts';
import { describeError } from '../kube/describe-error.ts';
import { classify } from '../kube/errors.ts';
import type { ListWatch, Query } from '../kube/list-watch.ts';
import { parsePage } from '../kube/wire.ts';
import type { Selection, Subject, Subjects } from './subjects.ts';
import { UsageError } from './usage-error.ts';

const PAGE_SIZE = '250';

/** @throws UsageError when no cluster is configured or its pods cannot be listed */
export async function subjectsFromCluster(selection: Selection): Promise<Subjects> {
  const { kubeconfig, context, selector } = selection;
  const cluster = connectOrExplain({ kubeconfig, context });
  try {
    const namespace = selection.namespace ?? cluster.namespace;
    const path = selection.allNamespaces
      ? '/api/v1/pods'
      : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const query: Query = selector === undefined ? {} : { labelSelector: selector };
    const pods: Subject[] = [];
    try {
      for await (const object of listAll(cluster, path, query)) {
        pods.push({ pod: podSnapshot(object).pod, source: undefined });
      }
    } catch (error) {
      throw new UsageError(`cannot list pods: ${describeError(error)}`);
    }
    const namespaces = await namespacesOf(cluster);
    const config = await configOf(cluster, selection.osmNamespace);
    return { pods, around: { namespace: (name) => namespaces.get(name), config: () => config } };
  } finally {
    await cluster.close();
  }
}

function connectOrExplain(source: Parameters<typeof connect>[0]): ReturnType<typeof connect> {
  try {
    return connect(source);
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}

/** Without the right to list namespaces their labels are not known, which the pods' findings say. */
async function namespacesOf(cluster: ListWatch): Promise<ReadonlyMap<string, Namespace>> {
  const namespaces = new Map<string, Namespace>();
  try {
    for await (const object of listAll(cluster, '/api/v1/namespaces', {})) {
      const namespace = namespaceSnapshot(object);
      namespaces.set(namespace.name, namespace);
    }
  } catch (error) {
    if (classify(error) !== 'forbidden')
      throw new UsageError(`cannot list namespaces: ${describeError(error)}`);
  }
  return namespaces;
}

async function configOf(cluster: ListWatch, osmNamespace: string | undefined): Promise<ConfigLookup> {
  const configMaps = [];
  try {
    const query = { fieldSelector: `metadata.name=${CONFIG_MAP_NAME}` };
    // A right in the named namespace is enough.
    const within = osmNamespace === undefined ? '' : `/namespaces/${encodeURIComponent(osmNamespace)}`;
    for await (const object of listAll(cluster, `/api/v1${within}/configmaps`, query)) {
      configMaps.push(configMapSnapshot(object));
    }
  } catch (error) {
    return { kind: 'unreadable', reason: describeError(error) };
  }
  return findConfig(configMaps, osmNamespace);
}

async function* listAll(
  cluster: ListWatch,
  path: string,
  query: Query,
): AsyncGenerator<unknown, void, undefined> {
  const { signal } = new AbortController();
  let next: string | undefined;
  do {
    const page: Query = { ...query, limit: PAGE_SIZE, ...(next === undefined ? {} : { continue: next }) };
    const answer = parsePage(await cluster.list(path, page, { signal }));
    yield* answer.items;
    next = answer.next;
  } while (next !== undefined);
}
