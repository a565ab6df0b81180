import { expect } from 'chai';
import fc from 'fast-check';
import { anyRule, anyRuleSet, scriptOf } from '../../testing/rule-sets.ts';
import { readText } from '../../testing/repository.ts';
import { readCommand } from './command.ts';
import { execute } from './execute.ts';
import { printRule, printRuleSet, printSave } from './print.ts';
import { restoreWords } from './restore-words.ts';
import { readSave } from './save.ts';

describe('printing and reading', () => {
  it('gives the same rule', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const words = restoreWords(printRule(rule)) ?? [];
        expect(readCommand(['-t', 'nat', '-A', 'C', ...words])).to.deep.equal({
          kind: 'value',
          value: { kind: 'append', chain: 'C', rules: [rule] },
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same rule set, as commands and as the text of iptables-save', () => {
    fc.assert(
      fc.property(anyRuleSet, (rules) => {
        const { ending, refusals, rules: ran } = execute(scriptOf(printRuleSet(rules)));
        expect(refusals).to.deep.equal([]);
        expect(ending).to.deep.equal({ kind: 'completed', status: 0 });
        expect([...ran.chains]).to.deep.equal([...rules.chains]);
        const { rules: saved, notUnderstood } = readSave(printSave(rules));
        expect(notUnderstood).to.deep.equal([]);
        expect([...saved.chains]).to.deep.equal([...rules.chains]);
      }),
      { numRuns: 500 },
    );
  });

  it('takes counters and comments for what they are', () => {
    const text = readText('src/core/iptables/testdata/good.saved.txt');
    const { rules, notUnderstood } = readSave(text);
    expect(notUnderstood).to.deep.equal([]);
    const body = text
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.replace(/^\[\d+:\d+\] /, '').replace(/\[\d+:\d+\]$/, '[0:0]'));
    expect(printSave(rules)).to.equal(body.join('\n'));
  });
});
