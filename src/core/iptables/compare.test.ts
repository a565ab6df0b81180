import { expect } from 'chai';
import fc from 'fast-check';
import { compareChain, compareChains, type RuleDifference } from './compare.ts';
import type { Rule } from './model.ts';

/** A rule that is told by its port. */
const rule = (port: number): Rule => ({
  matches: [{ kind: 'protocol', protocol: 'tcp', negated: false }],
  target: { kind: 'redirect', port },
});
const told = (differences: readonly RuleDifference[]): readonly string[] =>
  differences.map(({ kind, rule: { target } }) => `${kind} ${target.kind === 'redirect' ? target.port : ''}`);
const compare = (expected: readonly number[], installed: readonly number[]): readonly string[] =>
  told(compareChain('C', expected.map(rule), installed.map(rule)));

describe('compareChain', () => {
  const cases: Readonly<Record<string, readonly [readonly number[], readonly number[], readonly string[]]>> =
    {
      'is silent when both are the same': [[1, 2, 3], [1, 2, 3], []],
      'names a missing rule': [[1, 2, 3], [1, 3], ['missing 2']],
      'names an unexpected rule': [[1, 2], [1, 9, 2], ['unexpected 9']],
      'names the one rule that moved': [[1, 2, 3, 4], [2, 3, 4, 1], ['misplaced 1']],
      'names all three at once': [
        [1, 2, 3],
        [3, 9, 1],
        ['missing 2', 'unexpected 9', 'misplaced 3'],
      ],
      'counts equal rules': [[1, 1], [1], ['missing 1']],
      'calls a rule too many unexpected': [[1], [1, 1], ['unexpected 1']],
      'compares with nothing': [[], [1], ['unexpected 1']],
    };
  for (const [sentence, [expected, installed, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(compare(expected, installed)).to.deep.equal(outcome));
  }

  it('is silent exactly for equal lists', () => {
    const list = fc.array(fc.nat(4), { maxLength: 6 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(compare(a, b).length === 0).to.equal(a.join() === b.join());
      }),
    );
  });
});

describe('compareChains', () => {
  it('compares a chain that only one side has with an empty one', () => {
    const differences = compareChains(new Map([['A', [rule(1)]]]), new Map([['B', [rule(2)]]]));
    expect(differences.map(({ chain }) => chain)).to.deep.equal(['A', 'B']);
    expect(told(differences)).to.deep.equal(['missing 1', 'unexpected 2']);
  });
});
