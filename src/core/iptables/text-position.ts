/** Where something stands in a script, for people: lines and columns count from 1, the offset from 0. */

export interface TextPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { offset, line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** `line 1, column 812` */
export function printPosition(position: TextPosition): string {
  return `line ${position.line}, column ${position.column}`;
}
