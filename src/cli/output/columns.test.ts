import { expect } from 'chai';
import fc from 'fast-check';
import { columnLines, columnWidths } from './columns.ts';

const LAYOUT = { width: 120, margin: '  ', gap: '    ' };
const widthsOf = (...widest: readonly number[]): readonly number[] =>
  columnWidths(
    widest.map((width) => ['', 'x'.repeat(width)]),
    LAYOUT,
  );

describe('widths of columns', () => {
  it('are what each needs while all fit', () => {
    expect(widthsOf(57, 57)).to.deep.equal([57, 57]);
    expect(widthsOf(50, 40, 20)).to.deep.equal([50, 40, 20]);
  });

  it('leave to the others what a narrow one does not need', () => {
    expect(widthsOf(20, 200)).to.deep.equal([20, 94]);
    expect(widthsOf(200, 20)).to.deep.equal([94, 20]);
    expect(widthsOf(200, 20, 100)).to.deep.equal([45, 20, 45]);
    expect(widthsOf(30, 20, 100)).to.deep.equal([30, 20, 60]);
  });

  it('are equal parts where all need more', () => {
    expect(widthsOf(58, 90)).to.deep.equal([57, 57]);
    expect(widthsOf(90, 90, 90)).to.deep.equal([36, 37, 37]);
  });

  it('together never need more than there is', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 4 }), (widest) => {
        const widths = widthsOf(...widest);
        const sum = widths.reduce((a, b) => a + b, 2 + 4 * (widest.length - 1));
        expect(sum).to.be.at.most(120);
        expect(widths.every((width, i) => width <= (widest[i] ?? 0))).to.equal(true);
      }),
    );
  });
});

describe('a row of columns', () => {
  it('goes on below where a cell is too long, further in, with the mark in its first line', () => {
    const cells = ['  -A ONE -j TWO', 'end', '-A ONE -p tcp -j ACCEPT'];
    expect(columnLines(cells, [14, 3, 12], LAYOUT, new Map([[2, '  ! ']]))).to.deep.equal([
      '    -A ONE -j       end  ! -A ONE -p',
      '        TWO                    tcp -j',
      '                               ACCEPT',
    ]);
  });
});
