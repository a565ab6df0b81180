import { expect } from 'chai';
import type { Mutant } from './mutate.ts';
import { printReport, score, type Result } from './report.ts';

const mutant = (file: string, line: number): Mutant => ({
  file,
  line,
  column: 7,
  text: '',
  before: 'if (a < b) f();',
  after: 'if (a <= b) f();',
});

describe('the report on mutants', () => {
  const results: readonly Result[] = [
    { mutant: mutant('src/b.ts', 9), outcome: 'survived' },
    { mutant: mutant('src/b.ts', 2), outcome: 'timed-out' },
    { mutant: mutant('src/a.ts', 3), outcome: 'caught' },
  ];

  it('has a row for each file and shows what survived', () => {
    expect(printReport(results)).to.equal(`file      mutants  caught  survived  score
src/a.ts        1       1         0  100 %
src/b.ts        2       1         1   50 %
all             3       2         1   66 %

1 survived

src/b.ts:9:7
  - if (a < b) f();
  + if (a <= b) f();
`);
  });

  it('never rounds a score up', () => {
    const caught = Array.from({ length: 199 }, (): Result => results[2]!);
    expect(score([...caught, results[0]!])).to.equal(99);
  });
});
