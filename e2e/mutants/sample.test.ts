import { expect } from 'chai';
import type { Mutant } from './mutate.ts';
import { sample } from './sample.ts';

const mutants = (file: string, count: number): readonly Mutant[] =>
  Array.from({ length: count }, (_, line) => ({ file, line, column: 1, text: '', before: '', after: '' }));

describe('the sample of mutants', () => {
  const files = [mutants('large', 100), mutants('small', 2), mutants('other', 100)];

  it('takes from each file alike, and more from the others when one has no more', () => {
    const taken = sample(files, 12, 1).map(({ file }) => file);
    for (const [file, count] of Object.entries({ large: 5, small: 2, other: 5 }))
      expect(taken.filter((name) => name === file)).to.have.length(count);
  });

  it('is the same for the same seed, and no other file has a say in it', () => {
    expect(sample(files, 12, 1)).to.deep.equal(sample(files, 12, 1));
    expect(sample(files, 12, 1)).to.not.deep.equal(sample(files, 12, 2));
    expect(sample([files[0]!], 5, 1)).to.deep.equal(
      sample(files, 12, 1).filter(({ file }) => file === 'large'),
    );
  });

  it('takes each mutant once, and all when there are few', () => {
    expect(new Set(sample(files, 1000, 1))).to.have.property('size', 202);
  });
});
