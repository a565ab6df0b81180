import { expect } from 'chai';
import fc from 'fast-check';
import { wrapRule } from './wrap-rule.ts';

describe('a rule on lines', () => {
  const cases: Readonly<Record<string, readonly [string, number, number, readonly string[]]>> = {
    'leaves a short one alone': ['-j RETURN', 20, 6, ['-j RETURN']],
    'breaks between words and sets in what goes on': [
      '-p tcp -m tcp -j RETURN',
      14,
      6,
      ['-p tcp -m tcp', '  -j RETURN'],
    ],
    'breaks a word that has no end': [
      '--dports 1,2,3,4,5,6,7,8',
      10,
      6,
      ['--dports', '  1,2,3,4,', '  5,6,7,8'],
    ],
    'cuts what is too long even so, and says it': ['a b c d e f', 3, 2, ['a b', '  c ...']],
  };
  for (const [sentence, [text, width, most, lines]] of Object.entries(cases)) {
    it(sentence, () => expect(wrapRule(text, width, most)).to.deep.equal(lines));
  }

  it('loses nothing, and keeps to the width', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[!-~]{1,40}$/), { minLength: 1 }), (words) => {
        const lines = wrapRule(words.join(' '), 20, 10_000);
        expect(lines.join('').replaceAll(' ', '')).to.equal(words.join(''));
        for (const line of lines) expect(line.length).to.be.at.most(20);
      }),
    );
  });
});
