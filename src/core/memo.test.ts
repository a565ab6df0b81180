import { expect } from 'chai';
import { Memo } from './memo.ts';

/** Answers with how often it was asked to compute, so a remembered answer is one that does not grow. */
function counting(): { readonly compute: () => number } {
  let count = 0;
  return {
    compute: () => {
      count += 1;
      return count;
    },
  };
}

describe('Memo', () => {
  it('computes an answer once for each text', () => {
    const memo = new Memo<number>();
    const { compute } = counting();
    expect(memo.get('a', compute)).to.equal(1);
    expect(memo.get('b', compute)).to.equal(2);
    expect(memo.get('a', compute)).to.equal(1);
  });

  it('is full at some time, and then forgets what nobody has asked for lately', () => {
    const memo = new Memo<number>(100);
    const { compute } = counting();
    const texts = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i).repeat(10));
    // Twenty-six texts of ten characters are more than two and a half times the bound; the first is asked for all along.
    const firsts = texts.map((text) => {
      memo.get(text, compute);
      return memo.get(texts[0]!, compute);
    });
    expect(new Set(firsts)).to.deep.equal(new Set([1]));
    expect(memo.get(texts[25]!, compute)).to.equal(26);
    expect(memo.get(texts[1]!, compute), 'the second had to go').to.equal(27);
  });

  it('tells texts apart that look alike where it looks', () => {
    const memo = new Memo<string>();
    const [a, b] = [`${'x'.repeat(500)}a${'x'.repeat(500)}`, `${'x'.repeat(500)}b${'x'.repeat(500)}`];
    expect(memo.get(a, () => 'a')).to.equal('a');
    expect(memo.get(b, () => 'b')).to.equal('b');
    expect(memo.get(a, () => 'again')).to.equal('a');
    expect(memo.get('', () => 'empty')).to.equal('empty');
  });

  it('does not remember a text that would push out many others', () => {
    const memo = new Memo<number>(100);
    const { compute } = counting();
    const long = 'x'.repeat(11);
    expect(memo.get(long, compute)).to.equal(1);
    expect(memo.get(long, compute)).to.equal(2);
  });
});
