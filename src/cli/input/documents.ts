/**
 * Cuts a stream of bytes into documents at the lines that begin with `---` or `...`.
 *
 * YAML forbids such a line inside anything else (a block scalar's content is indented, a quoted scalar may not hold
 * it), and JSON strings hold no line breaks, so the cut is always right and needs no parser. A YAML list too large to
 * parse as one tree comes out as head, items and tail instead (see yaml-list.ts). Memory is bounded by the largest
 * document, or by the largest item of a split list.
 */
import { InputError } from './input-error.ts';
import { JSON_BYTES, SPLIT_ABOVE_BYTES, YAML_BYTES, megabytes } from './limits.ts';
import type { ListPart } from './yaml-list.ts';
import { ListSplitter, looksLikeList } from './yaml-list.ts';

/** A piece of a file; `line` is the line of the file where its bytes begin, from 1. */
export type Section = { readonly kind: 'document'; readonly bytes: Buffer; readonly line: number } | ListPart;

const NEWLINE = 0x0a;
const DASH = 0x2d;
const DOT = 0x2e;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The documents of a file in order; documents without content are not left out. Throws InputError. */
export async function* readSections(
  chunks: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<Section, void, undefined> {
  let line = 1;
  let current = new PendingDocument(file, line);
  for await (const block of wholeLines(chunks, file)) {
    let taken = 0;
    for (let start = 0; start < block.length; line++) {
      const newline = block.indexOf(NEWLINE, start);
      const end = newline === -1 ? block.length : newline + 1;
      const marker = markerAt(block, start, end);
      if (marker !== undefined) {
        yield* current.add(block.subarray(taken, start));
        yield* current.end();
        // `---` may carry content on its line and stays; `...` only ends a document and goes.
        taken = marker === DASH ? start : end;
        current = new PendingDocument(file, marker === DASH ? line : line + 1);
      }
      start = end;
    }
    yield* current.add(block.subarray(taken));
  }
  yield* current.end();
}

function markerAt(block: Buffer, start: number, end: number): number | undefined {
  const first = block[start];
  if (first !== DASH && first !== DOT) return undefined;
  if (end - start < 3 || block[start + 1] !== first || block[start + 2] !== first) return undefined;
  return end - start === 3 || ' \t\r\n'.includes(String.fromCharCode(block[start + 3] ?? 0))
    ? first
    : undefined;
}

/** Regroups chunks so that each ends with a line, without a byte order mark. */
async function* wholeLines(
  chunks: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<Buffer, void, undefined> {
  let first = true;
  const withoutMark = (block: Buffer): Buffer => {
    const marked = first && block.subarray(0, 3).equals(BOM);
    first = false;
    return marked ? block.subarray(3) : block;
  };
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield withoutMark(join([...rest, chunk.subarray(0, end)]));
      rest = [];
      size = 0;
    }
    rest.push(chunk.subarray(end));
    size += chunk.length - end;
    if (size > JSON_BYTES) throw new InputError({ file }, `has a line of more than ${megabytes(JSON_BYTES)}`);
  }
  yield withoutMark(join(rest));
}

/** The document being collected; once it proves to be a large list, its parts are passed on as they come. */
class PendingDocument {
  readonly #file: string;
  readonly #line: number;
  #parts: Buffer[] = [];
  #size = 0;
  #limit = SPLIT_ABOVE_BYTES;
  #splitter: ListSplitter | undefined;

  constructor(file: string, line: number) {
    this.#file = file;
    this.#line = line;
  }

  *add(bytes: Buffer): Generator<Section, void, undefined> {
    if (this.#splitter !== undefined) {
      yield* this.#splitter.push(bytes);
      return;
    }
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size > this.#limit) yield* this.#grow();
  }

  *end(): Generator<Section, void, undefined> {
    if (this.#splitter !== undefined) yield* this.#splitter.end();
    else if (this.#size > 0) yield { kind: 'document', bytes: join(this.#parts), line: this.#line };
  }

  /** Decides, each time a limit is passed, how the document may go on. */
  *#grow(): Generator<Section, void, undefined> {
    const head = join(this.#parts);
    this.#parts = [head];
    if (this.#limit === SPLIT_ABOVE_BYTES && looksLikeList(head)) {
      this.#parts = [];
      this.#splitter = new ListSplitter(this.#file, this.#line);
      yield* this.#splitter.push(head);
      return;
    }
    const next = flowStart(head) !== undefined ? JSON_BYTES : YAML_BYTES;
    if (this.#size > next) throw this.#tooLarge(next);
    this.#limit = next;
  }

  #tooLarge(limit: number): InputError {
    const size = `the document is more than ${megabytes(limit)}`;
    return new InputError(
      { file: this.#file, line: this.#line },
      limit === JSON_BYTES
        ? `${size}; split it, for example by namespace`
        : `${size} of YAML; save it with -o json, which is read 50 times faster, or as kubectl's own -o yaml list`,
    );
  }
}

/** The offset of the JSON bracket that is the document's first character of content, if it is one. */
export function flowStart(bytes: Buffer): number | undefined {
  const match = /^(?:---)?(?:\s|#[^\n]*\n)*[[{]/.exec(bytes.toString('latin1', 0, 4096));
  return match === null ? undefined : match[0].length - 1;
}

function join(parts: readonly Buffer[]): Buffer {
  const [only, ...others] = parts.filter((part) => part.length > 0);
  if (only === undefined) return Buffer.alloc(0);
  return others.length === 0 ? only : Buffer.concat([only, ...others]);
}
