/**
 * Splits a large YAML list into its items by indentation alone, so that `kubectl get pods -A -o yaml` of any size is
 * read one pod at a time:
 *
 *     apiVersion: v1          head: top-level lines up to `items:`
 *     items:
 *     - apiVersion: v1        items: each begins with a dash in the column of the first one
 *       kind: Pod
 *     kind: List              tail: from the next line that is indented less
 *
 * For every valid document of this form the cut is exact: whatever belongs to an item, block scalars and
 * continued strings included, is indented deeper than its dash. An alias cannot reach an anchor in another item.
 */
import { InputError } from './input-error.ts';
import { YAML_BYTES, megabytes } from './limits.ts';

/** A part of a split list; head and tail are mappings of their own, an item is a list with one entry. */
export interface ListPart {
  readonly kind: 'head' | 'item' | 'tail';
  readonly bytes: Buffer;
  /** The line of the file where the bytes begin, from 1. */
  readonly line: number;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const RETURN = 0x0d;
const TAB = 0x09;

const HEAD_BYTES = 4096;
const HEAD = /^(?:---[ \t]*(?:#.*)?\r?\n)?(?:(?:[A-Za-z#" ].*)?\r?\n)*?items:[ \t]*\r?\n *- /;

/** Whether the document begins as a list that can be split; `bytes` hold at least its first lines. */
export function looksLikeList(bytes: Buffer): boolean {
  return HEAD.test(bytes.toString('latin1', 0, HEAD_BYTES));
}

/** Takes the document in pieces of whole lines and gives back its parts as soon as they are complete. */
export class ListSplitter {
  readonly #file: string;
  #kind: ListPart['kind'] = 'head';
  #parts: Buffer[] = [];
  #size = 0;
  #firstLine: number;
  #line: number;
  #afterItems = false;
  #dashColumn = 0;

  constructor(file: string, line: number) {
    this.#file = file;
    this.#firstLine = line;
    this.#line = line;
  }

  *push(block: Buffer): Generator<ListPart, void, undefined> {
    let taken = 0;
    for (let start = 0; start < block.length; this.#line++) {
      const newline = block.indexOf(NEWLINE, start);
      const end = newline === -1 ? block.length : newline + 1;
      const next = this.#startedBy(block, start, end);
      if (next !== undefined) {
        this.#take(block.subarray(taken, start));
        yield this.#finish(next);
        taken = start;
      }
      start = end;
    }
    this.#take(block.subarray(taken));
  }

  /** The rest of the document; the last part is always a tail, empty if nothing follows the items. */
  *end(): Generator<ListPart, void, undefined> {
    if (this.#kind !== 'tail') yield this.#finish('tail');
    yield this.#finish('tail');
  }

  /** The kind of part that the line begins, or undefined if it continues the current one. */
  #startedBy(block: Buffer, start: number, end: number): ListPart['kind'] | undefined {
    if (this.#kind === 'tail') return undefined;
    let at = start;
    while (block[at] === SPACE) at++;
    const column = at - start;
    const byte = at < end ? block[at] : NEWLINE;
    if (this.#kind === 'head') {
      if (this.#afterItems) {
        this.#dashColumn = column;
        return 'item';
      }
      this.#afterItems = column === 0 && block.toString('latin1', start, start + 6) === 'items:';
      return undefined;
    }
    if (column > this.#dashColumn || byte === NEWLINE || byte === RETURN || byte === HASH) return undefined;
    return column === this.#dashColumn && byte === DASH && isBlank(block[at + 1]) ? 'item' : 'tail';
  }

  #take(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size <= YAML_BYTES) return;
    throw new InputError(
      { file: this.#file, line: this.#firstLine },
      `a list item is more than ${megabytes(YAML_BYTES)} of YAML, larger than any Kubernetes object`,
    );
  }

  #finish(next: ListPart['kind']): ListPart {
    const part = { kind: this.#kind, bytes: Buffer.concat(this.#parts), line: this.#firstLine };
    this.#kind = next;
    this.#parts = [];
    this.#size = 0;
    this.#firstLine = this.#line;
    return part;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === undefined || byte === SPACE || byte === TAB || byte === NEWLINE || byte === RETURN;
}
