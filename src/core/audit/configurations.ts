/** The configurations of a cluster as such, whatever pods there are: one of each mesh that can be told apart. */
import { chooseConfig, type ConfigSet } from '../osm/choose-config.ts';
import type { ConfigKind, ConfigLookup } from '../osm/mesh-config.ts';

/** What the injectors of each product read. */
const OSM_KINDS: readonly ConfigKind[] = ['ConfigMap', 'MeshConfig'];
const FSM_KINDS: readonly ConfigKind[] = ['FsmMeshConfig'];

/**
 * What is found for each mesh. Where meshes are known by their webhooks, every namespace with a configuration is one; else
 * there is one mesh of a product, and what could be its configuration. A product that the cluster does not have is left
 * out, unless there is none at all: then that is what there is to say.
 */
export function configurationsOf(set: ConfigSet): readonly ConfigLookup[] {
  const all = [OSM_KINDS, FSM_KINDS].flatMap((kinds) => {
    if (set.osmNamespace !== undefined || set.meshes.length === 0)
      return [chooseConfig(set, undefined, kinds)];
    const namespaces = set.configs
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ namespace }) => namespace);
    return [...new Set(namespaces)]
      .sort()
      .map((osmNamespace) => chooseConfig({ ...set, osmNamespace }, undefined, kinds));
  });
  const there = distinct(all.filter(({ kind }) => kind !== 'missing'));
  return there.length > 0 ? there : [chooseConfig(set, undefined, OSM_KINDS)];
}

function distinct(lookups: readonly ConfigLookup[]): readonly ConfigLookup[] {
  return [...new Map(lookups.map((lookup) => [identityOf(lookup), lookup])).values()];
}

function identityOf(lookup: ConfigLookup): string {
  switch (lookup.kind) {
    case 'found':
      return `${lookup.config.kind} ${lookup.config.source}`;
    case 'ambiguous':
      return lookup.sources.join(' ');
    case 'missing':
    case 'unreadable':
      return `${lookup.kind} ${lookup.wanted}`;
  }
}
