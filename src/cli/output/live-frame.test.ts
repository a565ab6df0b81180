import { expect } from 'chai';
import fc from 'fast-check';
import { plain, type StyledText } from '../styled-text.ts';
import { frame } from './live-frame.ts';

const lines = (count: number, text: string): StyledText =>
  Array.from({ length: count }, (_, i) => `${text} ${i}\n`);

function shown(table: number, below: number, rows: number, columns = 80): readonly string[] {
  return frame(lines(table, 'pod'), lines(below, 'sum'), { columns, rows }).map(plain);
}

describe('the picture of a live table', () => {
  it('is all there is where it fits', () => {
    expect(shown(2, 2, 5)).to.deep.equal(['pod 0', 'pod 1', 'sum 0', 'sum 1']);
  });

  it('leaves out rows of the table before the summary, and says how many', () => {
    expect(shown(10, 2, 7)).to.deep.equal(['pod 0', 'pod 1', 'pod 2', '... 7 more lines', 'sum 0', 'sum 1']);
  });

  it('leaves room for the table where much stands below it', () => {
    expect(shown(3, 10, 7)).to.deep.equal(['pod 0', 'pod 1', 'pod 2', 'sum 0', 'sum 1', '... 8 more lines']);
  });

  it('ends lines before the edge, with the colours they have', () => {
    const table: StyledText = ['a ', { style: 'bad', text: 'Discrepant' }, ' message\n'];
    expect(frame(table, ['end\n'], { columns: 9, rows: 9 })).to.deep.equal([
      ['a ', { style: 'bad', text: 'Discre' }],
      ['end'],
    ]);
  });

  it('fits, whatever there is to show', () => {
    const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }).map((line) => `${line}\n`));
    const size = fc.record({
      columns: fc.integer({ min: 2, max: 60 }),
      rows: fc.integer({ min: 3, max: 40 }),
    });
    fc.assert(
      fc.property(text, text, size, (table, below, { columns, rows }) => {
        const picture = frame(table, below, { columns, rows });
        expect(picture.length).to.be.below(rows);
        for (const line of picture) expect(Array.from(plain(line)).length).to.be.below(columns);
      }),
    );
  });
});
