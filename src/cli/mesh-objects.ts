/** The objects that say what a mesh wants: its configuration, whatever object holds it, and namespaces. */
import { MESH_CONFIG_GROUPS } from '../controller/informers.ts';
import { configMapSnapshot, meshConfigSnapshot, namespaceSnapshot } from '../controller/snapshot.ts';
import { configMapConfig, resourceConfig, type MeshConfig } from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME, PRODUCTS } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import type { SourceObject } from './input/source-object.ts';
import { kindOf, translate } from './object-kinds.ts';

export type MeshObject =
  | { readonly kind: 'config'; readonly config: MeshConfig }
  | { readonly kind: 'namespace'; readonly namespace: Namespace };

/**
 * undefined for every other object
 * @throws InputError
 */
export function meshObjectOf(source: SourceObject): MeshObject | undefined {
  switch (kindOf(source)) {
    case 'Namespace':
      return { kind: 'namespace', namespace: translate(source, namespaceSnapshot) };
    case 'ConfigMap': {
      const configMap = translate(source, configMapSnapshot);
      return configMap.name === CONFIG_MAP_NAME
        ? { kind: 'config', config: configMapConfig(configMap) }
        : undefined;
    }
    default: {
      const snapshot = MESH_CONFIG_SNAPSHOTS.get(kindOf(source));
      if (snapshot === undefined) return undefined;
      return { kind: 'config', config: resourceConfig(translate(source, snapshot)) };
    }
  }
}

/** MeshConfigs in any version: what matters has the same name in all of them. */
const MESH_CONFIG_SNAPSHOTS = new Map(
  PRODUCTS.map((product) => [`${MESH_CONFIG_GROUPS[product.name]}/MeshConfig`, meshConfigSnapshot(product)]),
);
