import { expect } from 'chai';
import fc from 'fast-check';
import { plain } from '../styled-text.ts';
import { renderTable, shorten, styledTable } from './table.ts';

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

  it('pads no line to a cell that is longer than a screen: many lines would each cost as much', () => {
    const rows = [['x'.repeat(1_000_000), 'a'], ...Array.from({ length: 5000 }, () => ['y', 'b'])];
    const table = renderTable(['A', 'B'], rows);
    expect(table.length).to.be.below(8_000_000);
    expect(table.split('\n')[1]).to.equal(`${'x'.repeat(1_000_000)}   a`);
  });

  it('takes more rows than a function takes arguments', () => {
    const rows = Array.from({ length: 300_000 }, () => ['y']);
    expect(renderTable(['A'], rows).length).to.equal(2 * 300_001);
  });

  it('aligns by what is seen, whatever has a colour', () => {
    const parts = styledTable(
      ['A', 'B'],
      [
        [{ style: 'bad', text: 'x' }, 'y'],
        ['wide', { style: 'good', text: 'z' }],
      ],
    );
    expect(plain(parts)).to.equal('A      B\nx      y\nwide   z\n');
    expect(parts).to.deep.include({ style: 'bad', text: 'x' });
    expect(parts).to.deep.include({ style: 'good', text: 'z' });
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
