/** Which of the ConfigMaps named osm-config is the mesh's. */
import { meshConfigOf, type ConfigLookup, type ConfigMap } from './mesh-config.ts';
import { CONFIG_MAP_NAME, DEFAULT_OSM_NAMESPACE } from './names.ts';

/**
 * With a namespace given only that one counts. Otherwise the only one there is, or of several the one in osm-system;
 * several elsewhere are ambiguous, because a guess would judge every pod by the wrong list.
 */
export function findConfig(configMaps: readonly ConfigMap[], osmNamespace: string | undefined): ConfigLookup {
  const named = configMaps.filter((candidate) => candidate.name === CONFIG_MAP_NAME);
  if (osmNamespace !== undefined) {
    const [chosen] = named.filter((candidate) => candidate.namespace === osmNamespace);
    if (chosen === undefined) return { kind: 'missing', searched: `namespace ${osmNamespace}` };
    return { kind: 'found', config: meshConfigOf(chosen) };
  }
  const [only, ...others] = named;
  if (only === undefined) return { kind: 'missing', searched: 'any namespace' };
  const chosen =
    others.length === 0 ? only : named.find(({ namespace }) => namespace === DEFAULT_OSM_NAMESPACE);
  if (chosen !== undefined) return { kind: 'found', config: meshConfigOf(chosen) };
  return { kind: 'ambiguous', sources: named.map(({ namespace, name }) => `ConfigMap/${namespace}/${name}`) };
}
