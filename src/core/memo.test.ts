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

  it('forgets what was not used for longest when it is full', () => {
    const memo = new Memo<number>(100);
    const { compute } = counting();
    const texts = Array.from({ length: 11 }, (_, i) => String.fromCharCode(97 + i).repeat(10));
    for (const text of texts.slice(0, 10)) memo.get(text, compute);
    expect(memo.get(texts[0]!, compute), 'the first is young again').to.equal(1);
    memo.get(texts[10]!, compute);
    expect(memo.get(texts[0]!, compute)).to.equal(1);
    expect(memo.get(texts[2]!, compute)).to.equal(3);
    expect(memo.get(texts[1]!, compute), 'the second had to go').to.equal(12);
  });

  it('does not remember a text that would push out many others', () => {
    const memo = new Memo<number>(100);
    const { compute } = counting();
    const long = 'x'.repeat(11);
    expect(memo.get(long, compute)).to.equal(1);
    expect(memo.get(long, compute)).to.equal(2);
  });
});
