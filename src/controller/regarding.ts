/** How an Event names the object that it is about. */
import type { ConfigKind, MeshConfig } from '../core/osm/mesh-config.ts';
import type { EventInput } from '../kube/events.ts';

type Regarding = EventInput['regarding'];

/** Any version that is served will do; these are the newest. */
const CONFIG_OBJECTS: Readonly<Record<ConfigKind, Pick<Regarding, 'apiVersion' | 'kind'>>> = {
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  MeshConfig: { apiVersion: 'config.openservicemesh.io/v1alpha2', kind: 'MeshConfig' },
  FsmMeshConfig: { apiVersion: 'config.flomesh.io/v1alpha3', kind: 'MeshConfig' },
};

export function regardingConfig({ kind, namespace, name, uid }: MeshConfig): Regarding {
  return { ...CONFIG_OBJECTS[kind], namespace, name, uid };
}

export function regardingPod(pod: Pick<Regarding, 'namespace' | 'name' | 'uid'>): Regarding {
  const { namespace, name, uid } = pod;
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid };
}
