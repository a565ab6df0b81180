/**
 * The informers of the controller, each keeping facts only.
 *
 * RBAC: list and watch on pods, namespaces, ConfigMaps named osm-config, MeshConfigs of both groups and
 * MutatingWebhookConfigurations; the field selector is what lets a role with resourceNames grant the ConfigMaps.
 */
import type { Mesh } from '../core/osm/choose-config.ts';
import {
  configMapConfig,
  resourceConfig,
  type ConfigKind,
  type MeshConfig,
} from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME, FSM, OSM, PRODUCTS, type Product } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import type { Clock } from '../kube/clock.ts';
import { DiscoveredListWatch } from '../kube/discovered-list-watch.ts';
import { Informer } from '../kube/informer.ts';
import { withoutManagedFields } from '../kube/managed-fields.ts';
import type { ListWatch } from '../kube/list-watch.ts';
import type { Logger } from '../kube/logger.ts';
import type { ReflectorOptions } from '../kube/reflector.ts';
import { PackedPod } from './packed-pod.ts';
import { meshOfWebhook } from './mesh-snapshot.ts';
import {
  configMapSnapshot,
  meshConfigSnapshot,
  namespaceSnapshot,
  podSnapshot,
  type PodSnapshot,
} from './snapshot.ts';

export interface Informers {
  readonly pods: Informer<PackedPod>;
  readonly namespaces: Informer<Namespace>;
  /** What may hold a mesh's configuration, by kind. */
  readonly configs: Readonly<Record<ConfigKind, Informer<MeshConfig>>>;
  /** The webhooks that inject, each with the mesh that it is of. */
  readonly webhooks: Informer<readonly Mesh[]>;
}

/** What metrics ask of an informer, whatever it holds. */
export type ObservedInformer = Pick<Informer<never>, 'name' | 'synced' | 'refusal' | 'stats'>;

/** Every informer that verdicts depend on. */
export function allInformers({
  pods,
  namespaces,
  configs,
  webhooks,
}: Informers): readonly ObservedInformer[] {
  return [pods, namespaces, ...Object.values(configs), webhooks];
}

/** How informers differ from their defaults. */
export type InformerTimings = Pick<ReflectorOptions, 'idleMs' | 'relistMs' | 'random'>;

export interface InformersOptions extends InformerTimings {
  readonly api: ListWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the condition on a pod is as it was left; sees every new version of every pod, in order. */
  readonly recognises: (after: PodSnapshot, before: PodSnapshot) => boolean;
  /** The condition that is kept of a pod; the controller's by default. */
  readonly conditionType?: string | undefined;
  /** Restricts the pods on the server's side, for example `spec.nodeName=worker-1`; all pods by default. */
  readonly podFieldSelector?: string | undefined;
  readonly podLabelSelector?: string | undefined;
  /** Restricts the pods to those of a namespace: a right in it is enough then. */
  readonly podNamespace?: string | undefined;
  /** The same for the ConfigMaps, where it is known in which namespace OSM runs. */
  readonly configMapNamespace?: string | undefined;
  /** Whether the pod of this key is of this replica's share; all are by default. */
  readonly ownsPod?: ((key: string) => boolean) | undefined;
}

/** Where the MeshConfigs of each product are. */
export const MESH_CONFIG_GROUPS = {
  OSM: 'config.openservicemesh.io',
  FSM: 'config.flomesh.io',
} as const satisfies Record<Product['name'], string>;
export const MESH_CONFIGS = 'meshconfigs';
export const WEBHOOKS_PATH = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

export function createInformers({
  recognises,
  conditionType,
  podFieldSelector,
  podLabelSelector,
  podNamespace,
  configMapNamespace,
  ownsPod,
  ...shared
}: InformersOptions): Informers {
  return {
    pods: new Informer({
      ...shared,
      source: {
        name: 'pods',
        path: collectionPath('pods', podNamespace),
        // A pod's tell when it was annotated; the others' are nobody's question.
        prune: withoutManagedFields(PRODUCTS.map(({ domain }) => `"f:${domain}`)),
        ...(podFieldSelector !== undefined && { fieldSelector: podFieldSelector }),
        ...(podLabelSelector !== undefined && { labelSelector: podLabelSelector }),
      },
      ...(ownsPod !== undefined && { accepts: ownsPod }),
      project: (object) => new PackedPod(podSnapshot(object, conditionType)),
      // Our own status write comes back as a change: it wakes nobody. A foreign hand on the condition does.
      changed: (before, after) => !recognises(after, before) || !before.samePod(after),
    }),
    namespaces: new Informer({
      ...shared,
      source: { name: 'namespaces', path: '/api/v1/namespaces' },
      project: namespaceSnapshot,
    }),
    configs: {
      ConfigMap: new Informer({
        ...shared,
        source: {
          name: 'configmaps',
          path: collectionPath('configmaps', configMapNamespace),
          fieldSelector: `metadata.name=${CONFIG_MAP_NAME}`,
        },
        project: (object) => configMapConfig(configMapSnapshot(object)),
      }),
      MeshConfig: meshConfigs(OSM, 'meshconfigs', shared),
      FsmMeshConfig: meshConfigs(FSM, 'fsm-meshconfigs', shared),
    },
    webhooks: new Informer({
      ...shared,
      source: { name: 'mutatingwebhookconfigurations', path: WEBHOOKS_PATH },
      project: meshOfWebhook,
    }),
  };
}

/** Of a namespace, or of all. */
export function collectionPath(resource: 'pods' | 'configmaps', namespace: string | undefined): string {
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/api/v1${within}/${resource}`;
}

/** The definition of the resource may come and go while the controller runs. */
function meshConfigs(
  product: Product,
  name: string,
  { api, ...shared }: InformerTimings & Pick<InformersOptions, 'clock' | 'logger' | 'api'>,
): Informer<MeshConfig> {
  const snapshot = meshConfigSnapshot(product);
  const discovered = new DiscoveredListWatch({
    api,
    clock: shared.clock,
    group: MESH_CONFIG_GROUPS[product.name],
    resource: MESH_CONFIGS,
  });
  return new Informer({
    ...shared,
    api: discovered,
    source: { name, path: discovered.path },
    project: (object) => resourceConfig(snapshot(object)),
  });
}
