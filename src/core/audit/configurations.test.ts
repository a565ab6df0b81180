import { expect } from 'chai';
import { configSet, meshConfig } from '../../testing/builders.ts';
import type { ConfigSet } from '../osm/choose-config.ts';
import type { ConfigLookup } from '../osm/mesh-config.ts';
import { FSM } from '../osm/names.ts';
import { configurationsOf } from './configurations.ts';

const inNamespace = (namespace: string): ReturnType<typeof meshConfig> => meshConfig({ namespace });
const fsm = meshConfig({ product: FSM });

function told(lookup: ConfigLookup): string {
  return lookup.kind === 'found' ? `${lookup.config.kind} ${lookup.config.namespace}` : lookup.kind;
}

describe('configurationsOf', () => {
  const meshes = [{ name: 'one', namespace: 'a' }];
  const cases: Readonly<Record<string, readonly [ConfigSet, readonly string[]]>> = {
    'is the only one': [configSet([inNamespace('a')]), ['MeshConfig a']],
    'is missing where there is none': [configSet([]), ['missing']],
    'is missing in the namespace that the user names': [
      configSet([inNamespace('a')], { osmNamespace: 'b' }),
      ['missing'],
    ],
    "is OSM's and FSM's side by side, also when their names are the same": [
      configSet([meshConfig(), fsm]),
      ['MeshConfig osm-system', 'FsmMeshConfig osm-system'],
    ],
    "is FSM's alone": [configSet([fsm]), ['FsmMeshConfig osm-system']],
    'is ambiguous where nothing tells two apart': [
      configSet([inNamespace('a'), inNamespace('b')]),
      ['ambiguous'],
    ],
    'is one for each mesh, also for one that no webhook names': [
      configSet([inNamespace('b'), inNamespace('a')], { meshes }),
      ['MeshConfig a', 'MeshConfig b'],
    ],
    'is what the user names, whatever else there is': [
      configSet([inNamespace('a'), inNamespace('b')], { meshes, osmNamespace: 'b' }),
      ['MeshConfig b'],
    ],
    'is unreadable once': [
      configSet([], { unreadable: [{ kind: 'MeshConfig', reason: 'forbidden' }] }),
      ['unreadable'],
    ],
  };
  for (const [sentence, [set, expected]] of Object.entries(cases)) {
    it(sentence, () => expect(configurationsOf(set).map(told)).to.deep.equal(expected));
  }
});
