/**
 * The three informers of the controller, each keeping facts only.
 *
 * RBAC: list and watch on pods, namespaces and on ConfigMaps named osm-config; the field selector is what lets a role
 * with resourceNames grant the last one.
 */
import type { ConfigMap } from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import type { Clock } from '../kube/clock.ts';
import { Informer } from '../kube/informer.ts';
import type { ListWatch } from '../kube/list-watch.ts';
import type { Logger } from '../kube/logger.ts';
import {
  configMapSnapshot,
  namespaceSnapshot,
  podSnapshot,
  sameFacts,
  type PodSnapshot,
} from './snapshot.ts';

export interface Informers {
  readonly pods: Informer<PodSnapshot>;
  readonly namespaces: Informer<Namespace>;
  readonly configMaps: Informer<ConfigMap>;
}

export interface InformersOptions {
  readonly api: ListWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the condition on a pod is as it was left; sees every new version of every pod, in order. */
  readonly recognises: (after: PodSnapshot, before: PodSnapshot) => boolean;
}

export function createInformers({ recognises, ...shared }: InformersOptions): Informers {
  return {
    pods: new Informer({
      ...shared,
      source: { name: 'pods', path: '/api/v1/pods' },
      project: podSnapshot,
      // Our own status write comes back as a change: it wakes nobody. A foreign hand on the condition does.
      changed: (before, after) => !recognises(after, before) || !sameFacts(before, after),
    }),
    namespaces: new Informer({
      ...shared,
      source: { name: 'namespaces', path: '/api/v1/namespaces' },
      project: namespaceSnapshot,
    }),
    configMaps: new Informer({
      ...shared,
      source: {
        name: 'configmaps',
        path: '/api/v1/configmaps',
        fieldSelector: `metadata.name=${CONFIG_MAP_NAME}`,
      },
      project: configMapSnapshot,
    }),
  };
}
