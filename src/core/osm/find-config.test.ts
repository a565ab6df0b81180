import { expect } from 'chai';
import { findConfig } from './find-config.ts';
import type { ConfigMap } from './mesh-config.ts';

const configMap = (namespace: string, name = 'osm-config'): ConfigMap => {
  return { namespace, name, uid: '', changedAt: undefined, data: {} };
};

describe('findConfig', () => {
  const cases: Readonly<Record<string, readonly [readonly ConfigMap[], string | undefined, string]>> = {
    'takes the only one, wherever it is': [
      [configMap('mesh'), configMap('mesh', 'other')],
      undefined,
      'found ConfigMap/mesh/osm-config',
    ],
    'prefers osm-system among several': [
      [configMap('a'), configMap('osm-system')],
      undefined,
      'found ConfigMap/osm-system/osm-config',
    ],
    'does not choose among several elsewhere': [
      [configMap('a'), configMap('b')],
      undefined,
      'ambiguous ConfigMap/a/osm-config ConfigMap/b/osm-config',
    ],
    'takes the one in the named namespace': [
      [configMap('a'), configMap('b')],
      'b',
      'found ConfigMap/b/osm-config',
    ],
    'takes no other when a namespace is named': [[configMap('a')], 'b', 'missing namespace b'],
    'does not choose between two versions of one object': [
      [configMap('osm-system'), configMap('osm-system')],
      undefined,
      'ambiguous ConfigMap/osm-system/osm-config ConfigMap/osm-system/osm-config',
    ],
    'says when there is none': [[], undefined, 'missing any namespace'],
  };
  for (const [sentence, [configMaps, namespace, outcome]] of Object.entries(cases)) {
    it(sentence, () => {
      const lookup = findConfig(configMaps, namespace);
      const detail =
        lookup.kind === 'found'
          ? lookup.config.source
          : lookup.kind === 'ambiguous'
            ? lookup.sources.join(' ')
            : lookup.kind === 'missing'
              ? lookup.searched
              : lookup.reason;
      expect(`${lookup.kind} ${detail}`).to.equal(outcome);
    });
  }
});
