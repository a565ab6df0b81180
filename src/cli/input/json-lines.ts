/**
 * The lines of the values in a JSON text, found by walking along the path; about 0.1 ms for a pod. Only the text is
 * kept.
 */
import { elementsOf, membersOf, skipSpace } from './json-scan.ts';
import type { Lines, Path, Position } from './source-object.ts';

export class JsonLines implements Lines {
  readonly #text: string;
  readonly #start: Position;

  /**
   * @param text valid JSON
   * @param start where it begins in the file
   */
  constructor(text: string, start: Position) {
    this.#text = text;
    this.#start = start;
  }

  lineOf(path: Path): number {
    const bytes = Buffer.from(this.#text);
    let value = skipSpace(bytes, 0);
    let offset = value;
    for (const step of path) {
      const child =
        typeof step === 'number' ? elementAt(bytes, value, step) : memberNamed(bytes, value, step);
      if (child === undefined) break;
      ({ value, offset } = child);
    }
    let line = this.#start.line;
    for (let at = 0; at < offset; at++) if (bytes[at] === 0x0a) line++;
    return line;
  }
}

interface Child {
  readonly value: number;
  /** Where a person would look: at the member's key, or at the element. */
  readonly offset: number;
}

function memberNamed(bytes: Buffer, object: number, name: string): Child | undefined {
  for (const { key, value } of membersOf(bytes, object)) {
    if (JSON.parse(bytes.toString('utf8', key.start, key.end)) === name) {
      return { value: value.start, offset: key.start };
    }
  }
  return undefined;
}

function elementAt(bytes: Buffer, array: number, index: number): Child | undefined {
  let left = index;
  for (const element of elementsOf(bytes, array)) {
    if (left-- === 0) return { value: element.start, offset: element.start };
  }
  return undefined;
}
