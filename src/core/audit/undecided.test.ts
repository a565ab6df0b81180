import { expect } from 'chai';
import { inputFor, meshedPod } from '../../testing/builders.ts';
import { MONITORED } from '../../testing/cases/inputs.ts';
import { FINDING_CASES } from '../../testing/cases/all.ts';
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

  it('is nothing where all is known', () => {
    const { undecided, status } = audit(inputFor(meshedPod(), { namespace: MONITORED }));
    expect([status === 'Unknown', undecided]).to.deep.equal([false, []]);
  });
});
