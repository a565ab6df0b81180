import { expect } from 'chai';
import { configSet, inputFor, meshedPod } from '../../testing/builders.ts';
import { MONITORED } from '../../testing/cases/inputs.ts';
import { FINDING_CASES } from '../../testing/cases/all.ts';
import type { ConfigSet } from '../osm/choose-config.ts';
import { configMapConfig, type MeshConfig } from '../osm/mesh-config.ts';
import { MONITORED_BY_LABEL } from '../osm/names.ts';
import { audit } from './audit.ts';
import type { AuditInput } from './judgement.ts';

const INPUTS: readonly AuditInput[] = Object.values(FINDING_CASES).flatMap(({ raises }) =>
  Object.values(raises).map(({ input }) => input),
);
const withNamespace = INPUTS.filter(({ namespace }) => namespace !== undefined);

describe('what a report calls undecided', () => {
  it('holds every finding that vanishes when the namespace of a pod is not known', () => {
    const vanished = new Set<string>();
    for (const input of withNamespace) {
      const { findings, undecided } = audit({ ...input, namespace: undefined });
      if (undecided === 'any') continue;
      const left = new Set(findings.map(({ name }) => name));
      for (const { name, scope } of audit(input).findings) {
        if (scope !== 'pod' || left.has(name)) continue;
        expect(undecided, name).to.include(name);
        vanished.add(name);
      }
    }
    expect([...vanished].sort()).to.deep.equal(['InjectedUnasked', 'RulesOutdated']);
  });

  const listed = (namespace: string, ranges: string, mesh?: string): MeshConfig =>
    configMapConfig({
      namespace,
      name: 'osm-config',
      uid: '',
      changedAt: undefined,
      data: { outbound_ip_range_exclusion_list: ranges },
      mesh,
    });
  const [one, two] = ['one', 'two'].map((name) => ({ name, namespace: `mesh-${name}` }));
  const sets: Readonly<Record<string, ConfigSet>> = {
    'a mesh with a configuration, beside one that was left behind': configSet(
      [listed('mesh-one', '10.0.0.0/8'), listed('osm-system', '')],
      { meshes: [one!] },
    ),
    'two meshes with labels alone': configSet([
      listed('mesh-one', '10.0.0.0/8', 'one'),
      listed('osm-system', '', 'two'),
    ]),
    'two meshes, one of them without a configuration': configSet([listed('mesh-two', '')], {
      meshes: [one!, two!],
    }),
  };
  for (const [what, configs] of Object.entries(sets)) {
    it(`lets no pod pass for another mesh's: ${what}`, () => {
      // Where webhooks tell of meshes, a pod has been injected by one of these.
      const names = configs.meshes.map(({ name }) => name);
      for (const mesh of names.length > 0 ? names : ['one', 'two']) {
        const labels = { [MONITORED_BY_LABEL]: mesh };
        const namespace = { ...MONITORED, labels };
        const known = audit(inputFor(meshedPod(), { namespace, configs }));
        const unknown = audit(inputFor(meshedPod(), { configs, namespace: undefined }));
        if (unknown.undecided === 'any') continue;
        expect(unknown.status, mesh).to.equal(known.status);
      }
    });
  }

  it('is nothing where all is known', () => {
    const { undecided, status } = audit(inputFor(meshedPod(), { namespace: MONITORED }));
    expect([status === 'Unknown', undecided]).to.deep.equal([false, []]);
  });
});
