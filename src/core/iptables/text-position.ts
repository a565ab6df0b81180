/** Where something stands in a script, for people: lines and columns count from 1, the offset from 0. */

export interface TextPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export function positionAt(text: string, offset: number): TextPosition {
  return new LineIndex(text).positionAt(offset);
}

/** Finds many positions in one text: the text is read once, when the first is asked for. */
export class LineIndex {
  readonly #text: string;
  /** The offsets at which lines begin. */
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  positionAt(offset: number): TextPosition {
    this.#starts ??= lineStarts(this.#text);
    let low = 0;
    let high = this.#starts.length - 1;
    // The last line that begins at the offset or before it.
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** `line 1, column 812` */
export function printPosition(position: TextPosition): string {
  return `line ${position.line}, column ${position.column}`;
}
