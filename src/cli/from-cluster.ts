/**
 * Subjects from a running cluster, read once.
 *
 * Guarantees: pods that cannot be listed are an error; namespaces that may not be listed and a configuration that cannot
 * be read leave their pods Unknown, with the reason.
 * RBAC: list on pods, namespaces, ConfigMaps named osm-config, MeshConfigs and MutatingWebhookConfigurations.
 */
import { collectionPath, MESH_CONFIG_GROUPS, MESH_CONFIGS, WEBHOOKS_PATH } from '../controller/informers.ts';
import {
  configMapSnapshot,
  meshConfigSnapshot,
  meshOfWebhook,
  namespaceSnapshot,
  podSnapshot,
} from '../controller/snapshot.ts';
import type { ConfigSet, Mesh, UnreadableKind } from '../core/osm/choose-config.ts';
import {
  configMapConfig,
  resourceConfig,
  type ConfigKind,
  type MeshConfig,
} from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME, FSM, OSM, type Product } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { connect } from '../kube/client.ts';
import { discover } from '../kube/discovery.ts';
import { describeError } from '../kube/describe-error.ts';
import { classify } from '../kube/errors.ts';
import type { ListWatch, Query } from '../kube/list-watch.ts';
import { parsePage } from '../kube/wire.ts';
import { sourceOf } from './connection-options.ts';
import type { Say } from './progress.ts';
import type { Selection, Subject, Subjects } from './subjects.ts';
import { UsageError } from './usage-error.ts';

const PAGE_SIZE = '250';

/** @throws UsageError when no cluster is configured or its pods cannot be listed */
export async function subjectsFromCluster(selection: Selection, say: Say): Promise<Subjects> {
  const { selector, node } = selection;
  const cluster = connectOrExplain(sourceOf(selection));
  try {
    const namespace = selection.allNamespaces ? undefined : (selection.namespace ?? cluster.namespace);
    const query: Query = {
      ...(selector === undefined ? {} : { labelSelector: selector }),
      ...(node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }),
    };
    const pods: Subject[] = [];
    say('listing pods');
    try {
      for await (const object of listAll(cluster, collectionPath('pods', namespace), query)) {
        pods.push({ pod: podSnapshot(object).pod, source: undefined });
        say(`listing pods: ${pods.length}`);
      }
    } catch (error) {
      throw new UsageError(`cannot list pods: ${describeError(error)}`);
    }
    if (node !== undefined && pods.length === 0)
      throw new UsageError(`none of the pods is on node ${JSON.stringify(node)}: --node names another`);
    say('listing namespaces');
    const namespaces = await namespacesOf(cluster);
    say('reading the mesh configuration');
    const set = await configSetOf(cluster, selection.osmNamespace);
    return { pods, around: { namespace: (name) => namespaces.get(name), configs: () => set } };
  } finally {
    await cluster.close();
  }
}

/** @throws UsageError when no cluster is configured */
export function connectOrExplain(source: Parameters<typeof connect>[0]): ReturnType<typeof connect> {
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

async function configSetOf(cluster: ListWatch, osmNamespace: string | undefined): Promise<ConfigSet> {
  const configs: MeshConfig[] = [];
  const unreadable: UnreadableKind[] = [];
  for (const [kind, list] of [
    ['ConfigMap', () => configMapsOf(cluster, osmNamespace)],
    ['MeshConfig', () => meshConfigsOf(cluster, OSM)],
    ['FsmMeshConfig', () => meshConfigsOf(cluster, FSM)],
  ] as const satisfies readonly (readonly [ConfigKind, () => Promise<readonly MeshConfig[]>])[]) {
    try {
      configs.push(...(await list()));
    } catch (error) {
      unreadable.push({ kind, reason: describeError(error) });
    }
  }
  const meshes = await meshesOf(cluster);
  return { configs, meshes, unreadable, osmNamespace, searched: 'any namespace' };
}

async function configMapsOf(
  cluster: ListWatch,
  osmNamespace: string | undefined,
): Promise<readonly MeshConfig[]> {
  const query = { fieldSelector: `metadata.name=${CONFIG_MAP_NAME}` };
  // A right in the named namespace is enough.
  const path = collectionPath('configmaps', osmNamespace);
  const configs: MeshConfig[] = [];
  for await (const object of listAll(cluster, path, query)) {
    configs.push(configMapConfig(configMapSnapshot(object)));
  }
  return configs;
}

/** None where the cluster does not know the resource. */
async function meshConfigsOf(cluster: ListWatch, product: Product): Promise<readonly MeshConfig[]> {
  const group = MESH_CONFIG_GROUPS[product.name];
  const snapshot = meshConfigSnapshot(product);
  for (const version of await discover(cluster, group, new AbortController().signal)) {
    try {
      const found = await all(listAll(cluster, `/apis/${group}/${version}/${MESH_CONFIGS}`, {}));
      return found.map((object) => resourceConfig(snapshot(object)));
    } catch (error) {
      // The group has other resources in this version.
      if (classify(error) !== 'notFound') throw error;
    }
  }
  return [];
}

/** Without the right to read them, meshes are told apart by what their configurations say alone. */
async function meshesOf(cluster: ListWatch): Promise<readonly Mesh[]> {
  try {
    return (await all(listAll(cluster, WEBHOOKS_PATH, {}))).flatMap(meshOfWebhook);
  } catch (error) {
    if (classify(error) === 'forbidden') return [];
    throw new UsageError(`cannot list mutatingwebhookconfigurations: ${describeError(error)}`);
  }
}

async function all(objects: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const list: unknown[] = [];
  for await (const object of objects) list.push(object);
  return list;
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
