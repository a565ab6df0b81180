/**
 * Tables in kubectl's manner: upper-case headers, columns padded to their widest cell, up to a limit, and three spaces apart.
 *
 * Guarantees: a cell can neither end its line nor send control sequences to the terminal, whatever text it was given.
 */

import { visible } from '../../core/audit/quote.ts';

/** A cell that is longer moves the rest of its own line alone: padding all lines to it would cost as much for each. */
const WIDEST = 1024;

export function renderTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headers, ...rows.map((row) => row.map(visible))];
  const widths = headers.map((_, column) => {
    return lines.reduce((width, line) => Math.max(width, Math.min((line[column] ?? '').length, WIDEST)), 0);
  });
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Cuts a text to `most` characters, the last three of them dots. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}
