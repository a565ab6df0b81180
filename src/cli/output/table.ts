/**
 * Tables in kubectl's manner: upper-case headers, columns padded to their widest cell and three spaces apart.
 *
 * Guarantees: a cell can neither end its line nor send control sequences to the terminal, whatever text it was given.
 */

import { visible } from '../../core/audit/quote.ts';

export function renderTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headers, ...rows.map((row) => row.map(visible))];
  const widths = headers.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
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
