/**
 * A table and what stands below it, cut to what a screen can show: rows are left out before the summary is, and lines end
 * at the edge, as a line that went on below would put the next picture in the wrong place.
 *
 * Limits: a character counts as one column, also where a terminal gives it two.
 */
import { cutLine, linesOf, type StyledText } from '../styled-text.ts';
import type { Size } from '../terminal.ts';

/** The last line is the cursor's, and some terminals begin a new line behind the last column. */
export function frame(table: StyledText, below: StyledText, { columns, rows }: Size): readonly StyledText[] {
  const room = Math.max(2, rows - 1);
  const rowsOfTable = linesOf(table);
  const foot = cutLines(linesOf(below), Math.max(Math.ceil(room / 2), room - rowsOfTable.length));
  return [...cutLines(rowsOfTable, room - foot.length), ...foot].map((line) => cutLine(line, columns - 1));
}

function cutLines(lines: readonly StyledText[], most: number): readonly StyledText[] {
  if (lines.length <= most) return lines;
  const shown = lines.slice(0, Math.max(0, most - 1));
  return [...shown, [`... ${lines.length - shown.length} more lines`]];
}
