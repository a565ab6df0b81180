import { expect } from 'chai';
import { readText } from '../../testing/repository.ts';
import { catalogueEntry, FINDING_NAMES } from './catalogue.ts';

describe('the catalogue', () => {
  const entries = FINDING_NAMES.map((name) => ({ name, ...catalogueEntry(name) }));

  it('gives every finding a code of its own, in order', () => {
    const codes = entries.map(({ code }) => code);
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    for (const code of codes) expect(code).to.match(/^OA[1-9][0-9]{2}$/);
  });

  it('names findings so that they can be reasons of conditions and Events', () => {
    for (const { name } of entries) expect(name).to.match(/^[A-Z][A-Za-z]{1,127}$/);
  });

  it('says in full sentences what each is, means, comes from and needs', () => {
    for (const { name, title, meaning, cause, remedy } of entries) {
      for (const text of [title, meaning, cause, remedy])
        expect(text, name).to.match(/^(?:[A-Z]|osm-|iptables|outbound_).*\.$/s);
    }
  });

  it('never lets an info finding make a pod Discrepant', () => {
    for (const { name, severity, effect } of entries) {
      if (severity === 'info') expect(effect, name).to.not.equal('Discrepant');
    }
  });

  it('is exercised: every finding is produced in audit.test.ts', () => {
    const tests = readText('src/core/audit/audit.test.ts');
    for (const { name } of entries)
      expect(tests, `no test produces ${name}`).to.match(new RegExp(`['"]${name}: `));
  });
});
