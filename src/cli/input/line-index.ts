/**
 * Turns an offset of a text into a line and column of the file that the text was cut from.
 *
 * The table of line starts is made on first use, because most texts are never asked.
 */
import type { Position } from './source-object.ts';

export class LineIndex {
  readonly #text: string;
  readonly #start: Position;
  #lineStarts: readonly number[] | undefined;

  /** @param start the position in the file of the text's first character */
  constructor(text: string, start: Position) {
    this.#text = text;
    this.#start = start;
  }

  /** The position in the file of the character at `offset`; columns count UTF-16 units. */
  at(offset: number): Position {
    const starts = (this.#lineStarts ??= lineStarts(this.#text));
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    const column = offset - (starts[low] ?? 0);
    return { line: this.#start.line + low, column: low === 0 ? this.#start.column + column : column + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}
