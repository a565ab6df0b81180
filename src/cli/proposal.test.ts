import { expect } from 'chai';
import { configMapConfig, type MeshConfig } from '../core/osm/mesh-config.ts';
import { configSet, meshConfig, namespaceOf } from '../testing/builders.ts';
import { actionOfConfig, actionOfNamespace, surroundingsAfter } from './proposal.ts';

const PRESENT = { ...meshConfig({ outboundPorts: [80], changedAt: 7 }), uid: 'own', mesh: 'osm' };
const OTHER = meshConfig({ namespace: 'elsewhere' });
const NAMESPACE = namespaceOf('test', { labels: { 'openservicemesh.io/monitored-by': 'osm' } });
const around = {
  namespace: (name: string) => (name === 'test' ? NAMESPACE : undefined),
  configs: () => configSet([PRESENT, OTHER]),
};
const after = (...configs: readonly MeshConfig[]): readonly MeshConfig[] =>
  surroundingsAfter(around, { configs, namespaces: [] }).configs().configs;

describe('surroundingsAfter', () => {
  it('puts a configuration in the place of its like, and keeps what tells whose it is', () => {
    const next = { ...meshConfig({ outboundPorts: [81], changedAt: 9 }), uid: '', mesh: undefined };
    expect(after(next)).to.deep.equal([{ ...next, uid: 'own', mesh: 'osm', changedAt: undefined }, OTHER]);
    expect(after({ ...next, mesh: 'two' })[0]).to.include({ mesh: 'two' });
  });

  it('adds what has no like, as a ConfigMap beside MeshConfigs', () => {
    const identity = { namespace: 'osm-system', name: 'osm-config', uid: '', changedAt: undefined };
    const added = configMapConfig({ ...identity, data: {} });
    expect(after(added)).to.deep.equal([PRESENT, OTHER, added]);
    expect(actionOfConfig(added, around)).to.equal('adds');
  });

  it('gives one object for all pods, by which what was worked out is remembered', () => {
    const changed = surroundingsAfter(around, { configs: [PRESENT], namespaces: [] });
    expect(changed.configs()).to.equal(changed.configs());
  });

  it('knows the namespaces as they would be, and the others as they are', () => {
    const left = namespaceOf('test');
    const changed = surroundingsAfter(around, { configs: [], namespaces: [left] });
    expect(changed.namespace('test')).to.equal(left);
    expect(changed.namespace('other')).to.equal(undefined);
    expect(surroundingsAfter(around, { configs: [], namespaces: [] }).namespace('test')).to.equal(NAMESPACE);
  });
});

describe('what a proposal does', () => {
  it('is nothing where the object says what it says now, whatever else is about it', () => {
    expect(actionOfConfig({ ...PRESENT, uid: '', mesh: undefined, changedAt: 1 }, around)).to.equal('keeps');
    expect(actionOfNamespace(namespaceOf('test', NAMESPACE), around)).to.equal('keeps');
  });

  it('is a change where one value is another', () => {
    for (const next of [
      meshConfig({ outboundPorts: [81] }),
      meshConfig(),
      meshConfig({ interception: 'ebpf' }),
    ]) {
      expect(actionOfConfig(next, around)).to.equal('replaces');
    }
    expect(actionOfNamespace(namespaceOf('test'), around)).to.equal('replaces');
    expect(actionOfNamespace(namespaceOf('new'), around)).to.equal('adds');
  });
});
