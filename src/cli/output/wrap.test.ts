import { expect } from 'chai';
import fc from 'fast-check';
import { wrap } from './wrap.ts';

describe('wrap', () => {
  it('leaves a text alone that fits', () => {
    expect(wrap('one two', 7)).to.deep.equal(['one two']);
    expect(wrap('', 7)).to.deep.equal(['']);
  });

  it('breaks after spaces and commas, the lines below further in', () => {
    expect(wrap('--dports 1,22,333 -j RETURN', 14, '  ')).to.deep.equal([
      '--dports 1,22,',
      '  333 -j',
      '  RETURN',
    ]);
  });

  it('breaks a word that is longer than a line, and no character', () => {
    expect(wrap('ab 12345678', 4, '  ')).to.deep.equal(['ab', '  12', '  34', '  56', '  78']);
    expect(wrap('😀😀😀', 2).join('')).to.equal('😀😀😀');
  });

  it('keeps every character but blanks at line ends, within the width, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.integer({ min: 6, max: 40 }), (text, width) => {
        const lines = wrap(text, width, '    ');
        for (const line of lines) expect(line.length).to.be.at.most(width);
        expect(lines.join('').replaceAll(' ', '')).to.equal(text.replaceAll(' ', ''));
      }),
    );
  });
});
