import { expect } from 'chai';
import fc from 'fast-check';
import { renderTable, shorten } from './table.ts';

describe('table', () => {
  it('pads each column to its widest cell, three spaces apart, with nothing at the end of a line', () => {
    const table = renderTable(
      ['A', 'LONGER', 'C'],
      [
        ['wide cell', 'x', ''],
        ['y', '', 'z'],
      ],
    );
    expect(table.split('\n')).to.deep.equal([
      'A           LONGER   C',
      'wide cell   x',
      'y                    z',
      '',
    ]);
  });

  it('has only its header without rows', () => {
    expect(renderTable(['A', 'B'], [])).to.equal('A   B\n');
  });

  it('keeps every row on one line and free of control characters, whatever the cells hold', () => {
    const cell = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const table = renderTable(['A', 'B'], rows);
        expect(table.split(/[\p{Zl}\p{Zp}\n]/u)).to.have.length(rows.length + 2);
        expect(table.replaceAll('\n', '')).not.to.match(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it('cuts only what is too long, and says so with dots', () => {
    expect(shorten('12345', 5)).to.equal('12345');
    expect(shorten('123456', 5)).to.equal('12...');
  });
});
