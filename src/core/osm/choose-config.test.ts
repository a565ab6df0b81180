import { expect } from 'chai';
import { configSet, meshConfig } from '../../testing/builders.ts';
import { ANY_MESH, chooseConfig, meshNamespaces, type ConfigSet } from './choose-config.ts';
import { configMapConfig, type ConfigKind, type ConfigLookup, type MeshConfig } from './mesh-config.ts';
import { FSM } from './names.ts';

const configMap = (namespace: string, mesh?: string): MeshConfig =>
  configMapConfig({ namespace, name: 'osm-config', uid: '', changedAt: undefined, data: {}, mesh });
const resource = (namespace: string): MeshConfig => meshConfig({ namespace });
const fsmResource = meshConfig({ namespace: 'fsm-system', name: 'fsm-mesh-config', product: FSM });

const OLD: readonly ConfigKind[] = ['ConfigMap'];
const EITHER: readonly ConfigKind[] = ['ConfigMap', 'MeshConfig'];
const NEW: readonly ConfigKind[] = ['MeshConfig'];

function told(lookup: ConfigLookup): string {
  switch (lookup.kind) {
    case 'found':
      return `found ${lookup.config.source}`;
    case 'ambiguous':
      return `ambiguous ${lookup.sources.join(' ')}`;
    case 'missing':
      return `missing ${lookup.wanted} in ${lookup.searched}`;
    case 'unreadable':
      return `unreadable ${lookup.wanted}: ${lookup.reason}`;
  }
}

describe('chooseConfig', () => {
  const two = configSet([configMap('a'), configMap('b')]);
  const twoMeshes = configSet([configMap('a'), configMap('b')], {
    meshes: [
      { name: 'one', namespace: 'a' },
      { name: 'two', namespace: 'b' },
    ],
  });
  const oneKnown = configSet([configMap('a'), configMap('b')], { meshes: [{ name: 'one', namespace: 'a' }] });
  const cases: Readonly<
    Record<string, readonly [ConfigSet, string | typeof ANY_MESH | undefined, readonly ConfigKind[], string]>
  > = {
    'takes the only one, wherever it is': [
      configSet([configMap('mesh')]),
      undefined,
      EITHER,
      'found ConfigMap/mesh/osm-config',
    ],
    'prefers osm-system among several': [
      configSet([configMap('a'), configMap('osm-system')]),
      undefined,
      EITHER,
      'found ConfigMap/osm-system/osm-config',
    ],
    'does not choose among several elsewhere': [
      two,
      undefined,
      EITHER,
      'ambiguous ConfigMap/a/osm-config ConfigMap/b/osm-config',
    ],
    'takes the one in the named namespace': [
      { ...two, osmNamespace: 'b' },
      undefined,
      EITHER,
      'found ConfigMap/b/osm-config',
    ],
    'takes no other when a namespace is named': [
      { ...configSet([configMap('a')]), osmNamespace: 'b' },
      undefined,
      EITHER,
      'missing ConfigMap osm-config or MeshConfig in namespace b',
    ],
    'does not choose between two versions of one object': [
      configSet([configMap('osm-system'), configMap('osm-system')]),
      undefined,
      EITHER,
      'ambiguous ConfigMap/osm-system/osm-config ConfigMap/osm-system/osm-config',
    ],
    'says when there is none': [
      configSet([]),
      undefined,
      EITHER,
      'missing ConfigMap osm-config or MeshConfig in any namespace',
    ],
    'does not choose between a ConfigMap and a MeshConfig where the release may read either': [
      configSet([configMap('osm-system'), resource('osm-system')]),
      undefined,
      EITHER,
      'ambiguous ConfigMap/osm-system/osm-config MeshConfig/osm-system/osm-mesh-config',
    ],
    'passes over a ConfigMap that the release does not read': [
      configSet([configMap('osm-system'), resource('osm-system')]),
      undefined,
      NEW,
      'found MeshConfig/osm-system/osm-mesh-config',
    ],
    'passes over a MeshConfig that the release does not read': [
      configSet([configMap('osm-system'), resource('osm-system')]),
      undefined,
      OLD,
      'found ConfigMap/osm-system/osm-config',
    ],
    "keeps FSM's apart": [
      configSet([resource('osm-system'), fsmResource]),
      undefined,
      ['FsmMeshConfig'],
      'found MeshConfig/fsm-system/fsm-mesh-config',
    ],
    "takes the configuration of the pod's mesh": [twoMeshes, 'two', EITHER, 'found ConfigMap/b/osm-config'],
    'takes the one that carries the name of the mesh': [
      configSet([configMap('a', 'one'), configMap('b', 'two')]),
      'two',
      EITHER,
      'found ConfigMap/b/osm-config',
    ],
    "takes the one that is not another mesh's": [oneKnown, 'two', EITHER, 'found ConfigMap/b/osm-config'],
    'takes none of another mesh': [
      configSet([configMap('a')], {
        meshes: [
          { name: 'one', namespace: 'a' },
          { name: 'two', namespace: 'b' },
        ],
      }),
      'two',
      EITHER,
      'missing ConfigMap osm-config or MeshConfig in any namespace',
    ],
    'takes the only one for a mesh of which nothing else is known': [
      configSet([configMap('a')]),
      'two',
      EITHER,
      'found ConfigMap/a/osm-config',
    ],
    'does not take what is usual for a mesh of another name': [
      configSet([configMap('osm-system'), configMap('b')]),
      'two',
      EITHER,
      'ambiguous ConfigMap/osm-system/osm-config ConfigMap/b/osm-config',
    ],
    'takes what is usual for the mesh of the usual name': [
      configSet([configMap('osm-system'), configMap('b')]),
      'osm',
      EITHER,
      'found ConfigMap/osm-system/osm-config',
    ],
    'does not choose for a pod of an unknown namespace where there are several meshes': [
      configSet([configMap('osm-system'), configMap('b')], {
        meshes: [
          { name: 'osm', namespace: 'osm-system' },
          { name: 'two', namespace: 'b' },
        ],
      }),
      ANY_MESH,
      EITHER,
      'ambiguous ConfigMap/osm-system/osm-config ConfigMap/b/osm-config',
    ],
    'takes the only mesh for that of a pod of an unknown namespace': [
      configSet([configMap('osm-system'), configMap('b')], { meshes: [{ name: 'one', namespace: 'b' }] }),
      ANY_MESH,
      EITHER,
      'found ConfigMap/b/osm-config',
    ],
    'takes the only configuration for that of a pod of an unknown namespace': [
      configSet([configMap('b', 'one')]),
      ANY_MESH,
      EITHER,
      'found ConfigMap/b/osm-config',
    ],
    'takes what is usual for a pod of an unknown namespace where nothing tells of a mesh': [
      configSet([configMap('osm-system'), configMap('b')]),
      ANY_MESH,
      EITHER,
      'found ConfigMap/osm-system/osm-config',
    ],
    'does not choose for it between what is usual and what carries a label': [
      configSet([configMap('osm-system'), configMap('b', 'one')]),
      ANY_MESH,
      EITHER,
      'ambiguous ConfigMap/b/osm-config ConfigMap/osm-system/osm-config',
    ],
    'does not choose for it between configurations with labels': [
      configSet([configMap('osm-system', 'one'), configMap('b', 'two')]),
      ANY_MESH,
      EITHER,
      'ambiguous ConfigMap/osm-system/osm-config ConfigMap/b/osm-config',
    ],
    'does not choose for it where one of the meshes has no configuration': [
      configSet([configMap('a')], {
        meshes: [
          { name: 'one', namespace: 'a' },
          { name: 'two', namespace: 'b' },
        ],
      }),
      ANY_MESH,
      EITHER,
      'ambiguous ConfigMap/a/osm-config',
    ],
    'takes for it no mesh whose configuration is of another kind': [
      configSet([configMap('a'), resource('b')], {
        meshes: [
          { name: 'one', namespace: 'a' },
          { name: 'two', namespace: 'b' },
        ],
      }),
      ANY_MESH,
      NEW,
      'found MeshConfig/b/osm-mesh-config',
    ],
    'finds none for it where all are of another kind': [
      configSet([configMap('a')]),
      ANY_MESH,
      NEW,
      'missing MeshConfig in any namespace',
    ],
    'finds none for it where there is none': [
      configSet([]),
      ANY_MESH,
      NEW,
      'missing MeshConfig in any namespace',
    ],
    'takes the one of the name that injectors read, whatever lies beside it': [
      configSet([meshConfig(), meshConfig({ name: 'backup' })]),
      undefined,
      NEW,
      'found MeshConfig/osm-system/osm-mesh-config',
    ],
    'says what may not be read': [
      configSet([resource('a')], { unreadable: [{ kind: 'ConfigMap', reason: 'forbidden' }] }),
      undefined,
      EITHER,
      'unreadable ConfigMap osm-config: forbidden',
    ],
    'does not mind what the release does not read': [
      configSet([resource('a')], { unreadable: [{ kind: 'ConfigMap', reason: 'forbidden' }] }),
      undefined,
      NEW,
      'found MeshConfig/a/osm-mesh-config',
    ],
  };
  for (const [sentence, [set, mesh, kinds, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(chooseConfig(set, mesh, kinds))).to.equal(outcome));
  }
});

describe('meshNamespaces', () => {
  it('names where configurations and controllers are', () => {
    const set = configSet([configMap('a')], { meshes: [{ name: 'two', namespace: 'b' }] });
    expect(meshNamespaces(set)).to.deep.equal(['a', 'b']);
  });
  it('names the usual ones when nothing is known', () =>
    expect(meshNamespaces(configSet([]))).to.deep.equal(['osm-system', 'fsm-system']));
  it('names what the user has named alone', () =>
    expect(meshNamespaces(configSet([configMap('a')], { osmNamespace: 'x' }))).to.deep.equal(['x']));
});
