import { expect } from 'chai';
import { finding } from '../core/audit/finding.ts';
import type { FindingName } from '../core/audit/catalogue.ts';
import type { Evidence } from '../core/audit/finding.ts';
import type { Path, SourceObject } from './input/source-object.ts';
import { placeOf } from './place.ts';

/** The lines of paths, as they were asked for. */
let asked: Path[];

function textOf(object: object, file = 'a.yaml'): SourceObject {
  return {
    object: object as Record<string, unknown>,
    origin: { file, document: 1, line: 7 },
    lineOf: (path) => {
      asked.push(path);
      return 40;
    },
  };
}

const POD = textOf({
  metadata: { annotations: { 'openservicemesh.io/outbound-port-exclusion-list': 'http' } },
  spec: { initContainers: [{ name: 'first' }, { name: 'osm-init', args: ['-c', 'script'] }] },
});
const CONFIG_MAP = textOf({ kind: 'ConfigMap', data: { outbound_port_exclusion_list: 'http' } });
const MESH_CONFIG = textOf({
  kind: 'MeshConfig',
  spec: { traffic: { outboundPortExclusionList: [80, 70000] } },
});
const configs = new Map([
  ['ConfigMap/a/b', CONFIG_MAP],
  ['MeshConfig/a/b', MESH_CONFIG],
]);
const field = 'spec.traffic.outboundPortExclusionList';

describe('place of a finding', () => {
  beforeEach(() => (asked = []));

  const cases: Readonly<Record<string, readonly [FindingName, Evidence, Path]>> = {
    'the key of a ConfigMap': [
      'ConfigPortInvalid',
      { source: 'ConfigMap/a/b', field: 'outbound_port_exclusion_list', values: ['http'] },
      ['data', 'outbound_port_exclusion_list'],
    ],
    'the item of a list': [
      'ConfigPortInvalid',
      { source: 'MeshConfig/a/b', field, values: ['70000'] },
      ['spec', 'traffic', 'outboundPortExclusionList', 1],
    ],
    'the list, where no item is the value': [
      'ConfigPortInvalid',
      { source: 'MeshConfig/a/b', field, values: ['1'] },
      ['spec', 'traffic', 'outboundPortExclusionList'],
    ],
    'an annotation': [
      'PortAnnotationInvalid',
      { source: 'openservicemesh.io/outbound-port-exclusion-list', values: ['http'] },
      ['metadata', 'annotations', 'openservicemesh.io/outbound-port-exclusion-list'],
    ],
    'the script': [
      'ScriptRefused',
      { position: 'line 1, column 3' },
      ['spec', 'initContainers', 1, 'args', 1],
    ],
  };
  for (const [what, [name, evidence, path]] of Object.entries(cases)) {
    it(`is ${what}`, () => {
      const found = placeOf(finding(name, 'Wrong.', { evidence }), POD, configs);
      expect(found).to.deep.equal({ file: 'a.yaml', line: 40 });
      expect(asked).to.deep.equal([path]);
    });
  }

  it('is the line of the pod where no value of it is meant', () => {
    const missing = finding('ExcludedPortMissing', 'Missing.', { evidence: { source: 'ConfigMap/a/b' } });
    expect(placeOf(missing, POD, configs)).to.deep.equal({ file: 'a.yaml', line: 7 });
    expect(
      placeOf(finding('ScriptRefused', 'x', { evidence: { position: 'x' } }), textOf({}), configs),
    ).to.deep.equal({ file: 'a.yaml', line: 7 });
  });

  it('is nowhere for what was not read from a file', () => {
    const missing = finding('ExcludedPortMissing', 'Missing.');
    expect(placeOf(missing, undefined, configs)).to.equal(undefined);
    expect(placeOf(missing, textOf({}, 'standard input'), configs)).to.equal(undefined);
  });
});
