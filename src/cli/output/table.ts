/**
 * Tables in kubectl's manner: upper-case headers, columns padded to their widest cell, up to a limit, and three spaces apart.
 *
 * Guarantees: a cell can neither end its line nor send control sequences to the terminal, whatever text it was given;
 * colours take no room.
 */

import { visible } from '../../core/audit/quote.ts';
import { plain, wordsOf, type Styled, type StyledText } from '../styled-text.ts';

export type Cell = string | Styled;

/** A cell that is longer moves the rest of its own line alone: padding all lines to it would cost as much for each. */
const WIDEST = 1024;
const GAP = '   ';

export function renderTable(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return plain(styledTable(headers, rows));
}

/** The same with the colours of its cells. */
export function styledTable(headers: readonly string[], rows: readonly (readonly Cell[])[]): StyledText {
  const lines = [headers, ...rows.map((row) => row.map(visibleCell))];
  const widths = columnWidths(headers.length, lines);
  return lines.flatMap((line) => styledLine(line, widths));
}

/** As wide as the widest cell, up to a limit. */
export function columnWidths(columns: number, lines: readonly (readonly Cell[])[]): readonly number[] {
  return Array.from({ length: columns }, (_, column) => {
    return lines.reduce((width, line) => Math.max(width, Math.min(widthOf(line[column]), WIDEST)), 0);
  });
}

/** The parts of one line, whose cells are visible, with nothing blank at its end. */
export function styledLine(cells: readonly Cell[], widths: readonly number[]): StyledText {
  const end = cells.findLastIndex((cell) => wordsOf(cell).trimEnd() !== '');
  const parts = cells.slice(0, end + 1).flatMap((cell, column) => {
    const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))) + GAP;
    return column === end ? [trimmedEnd(cell)] : [cell, gap];
  });
  return [...parts, '\n'];
}

function trimmedEnd(cell: Cell): Cell {
  return typeof cell === 'string' ? cell.trimEnd() : { ...cell, text: cell.text.trimEnd() };
}

export function visibleCell(cell: Cell): Cell {
  return typeof cell === 'string' ? visible(cell) : { ...cell, text: visible(cell.text) };
}

function widthOf(cell: Cell | undefined): number {
  return cell === undefined ? 0 : wordsOf(cell).length;
}

/** Cuts a text to `most` characters, the last three of them dots. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}
