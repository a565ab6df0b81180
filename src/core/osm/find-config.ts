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
    const there = named.filter((candidate) => candidate.namespace === osmNamespace);
    return onlyOne(there) ?? { kind: 'missing', searched: `namespace ${osmNamespace}` };
  }
  const usual = named.filter(({ namespace }) => namespace === DEFAULT_OSM_NAMESPACE);
  return onlyOne(usual.length > 0 ? usual : named) ?? { kind: 'missing', searched: 'any namespace' };
}

/** undefined when there is none. Files may hold the same object several times, at several times. */
function onlyOne(candidates: readonly ConfigMap[]): ConfigLookup | undefined {
  const [only, ...others] = candidates;
  if (only === undefined) return undefined;
  if (others.length === 0) return { kind: 'found', config: meshConfigOf(only) };
  return {
    kind: 'ambiguous',
    sources: candidates.map(({ namespace, name }) => `ConfigMap/${namespace}/${name}`),
  };
}
