/**
 * Long cells side by side, in lines of at most a given width.
 *
 * Guarantees: a column is as wide as its widest cell while all fit; otherwise narrow ones keep what they need and leave the
 * rest to the others in equal parts, where cells go on below, further in.
 */
import { wrap } from './wrap.ts';

export interface Layout {
  /** Of a whole line. */
  readonly width: number;
  /** In front of the first column. */
  readonly margin: string;
  /** Between two columns, and in front of what goes on below. */
  readonly gap: string;
}

/** @param columns all cells of each */
export function columnWidths(columns: readonly (readonly string[])[], layout: Layout): readonly number[] {
  const wanted = columns.map((cells) => Math.max(0, ...cells.map(({ length }) => length)));
  let room = layout.width - layout.margin.length - layout.gap.length * (columns.length - 1);
  const widths = new Map<number, number>();
  // The narrowest first: what one does not need is there for those that come after it.
  for (const [column, width] of [...wanted.entries()].sort(([, a], [, b]) => a - b)) {
    const share = Math.floor(room / (columns.length - widths.size));
    widths.set(column, Math.min(width, share));
    room -= Math.min(width, share);
  }
  return columns.map((_, column) => widths.get(column) ?? 0);
}

/**
 * The lines of one row.
 * @param marks what stands before a column in place of the gap, by its number
 */
export function columnLines(
  cells: readonly string[],
  widths: readonly number[],
  { margin, gap }: Layout,
  marks: ReadonlyMap<number, string> = new Map(),
): readonly string[] {
  const wrapped = cells.map((cell, column) => wrapCell(cell, widths[column] ?? 0, gap));
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, column) => {
        const before = column === 0 ? margin : ((line === 0 ? marks.get(column) : undefined) ?? gap);
        return before + (lines[line] ?? '').padEnd(widths[column] ?? 0);
      })
      .join('')
      .trimEnd(),
  );
}

function wrapCell(cell: string, width: number, hanging: string): readonly string[] {
  if (cell.length <= width) return [cell];
  const text = cell.trimStart();
  const indent = cell.slice(0, cell.length - text.length);
  return wrap(text, width - indent.length, hanging).map((line) => indent + line);
}
