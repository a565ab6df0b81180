/**
 * Reads the text of a here-document, line by line, each with its place in the script.
 *
 * Guarantees: linear in its length. With a quoted end mark the lines are taken as they are; otherwise variables are
 * replaced, and a backslash escapes `$`, backtick and itself.
 * Limits: lines joined by a backslash, substitutions and values of several lines are not understood, nor is a document
 * that the script does not end.
 */
import { expandAt, type Environment } from './shell-variables.ts';
import { beyondShell, type Stop } from './shell-tokens.ts';

export const UNFINISHED = 'a here-document without its end';

export interface HereLine {
  readonly text: string;
  /** The offset of the line in the script. */
  readonly at: number;
}

export interface HereDocument {
  readonly lines: Iterable<HereLine>;
}

export interface HereMark {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  readonly at: number;
}

type HereRead = { readonly kind: 'read'; readonly lines: Iterable<HereLine>; readonly end: number } | Stop;

/** Reads from the beginning of a line up to the line that is the mark. */
export function readHereDocument(
  script: string,
  start: number,
  mark: HereMark,
  environment: Environment,
): HereRead {
  const last = findMark(script, start, mark);
  if (last === undefined) return beyondShell(UNFINISHED, mark.at);
  const newline = script.indexOf('\n', last);
  const end = newline < 0 ? script.length : newline + 1;
  const body = new Body(script, start, last, mark.stripTabs);
  const text = script.slice(start, last);
  if (mark.quoted ? !text.includes(NUL) : !SPECIAL.test(text)) return { kind: 'read', lines: body, end };
  const lines: HereLine[] = [];
  for (const line of body) {
    const read = mark.quoted ? plainLine(line) : expandedLine(line, environment);
    if (typeof read !== 'string') return read;
    lines.push({ text: read, at: line.at });
  }
  return { kind: 'read', lines, end };
}

/** The offset of the line that is the mark. */
function findMark(script: string, start: number, { delimiter, stripTabs }: HereMark): number | undefined {
  for (let at = start; at < script.length;) {
    const newline = script.indexOf('\n', at);
    const end = newline < 0 ? script.length : newline;
    const begin = stripTabs ? behindTabs(script, at, end) : at;
    if (end - begin === delimiter.length && script.startsWith(delimiter, begin)) return at;
    at = end + 1;
  }
  return undefined;
}

/** The lines between two offsets, cut out when they are asked for: a hostile document may have a million. */
class Body implements Iterable<HereLine> {
  readonly #script: string;
  readonly #start: number;
  readonly #end: number;
  readonly #stripTabs: boolean;

  constructor(script: string, start: number, end: number, stripTabs: boolean) {
    this.#script = script;
    this.#start = start;
    this.#end = end;
    this.#stripTabs = stripTabs;
  }

  *[Symbol.iterator](): Generator<HereLine, void, undefined> {
    for (let at = this.#start; at < this.#end;) {
      const end = this.#script.indexOf('\n', at);
      const begin = this.#stripTabs ? behindTabs(this.#script, at, end) : at;
      yield { text: this.#script.slice(begin, end), at: begin };
      at = end + 1;
    }
  }
}

function behindTabs(script: string, at: number, end: number): number {
  let begin = at;
  while (begin < end && script.charAt(begin) === '\t') begin += 1;
  return begin;
}

const NUL = '\0';
const SPECIAL = /[\\$`\0]/;
const PLAIN = /[^\\$`\0]*/y;

function plainLine({ text, at }: HereLine): string | Stop {
  return text.includes(NUL) ? beyondShell('a NUL character', at) : text;
}

function expandedLine({ text: line, at }: HereLine, environment: Environment): string | Stop {
  if (!SPECIAL.test(line)) return line;
  const pieces: string[] = [];
  let i = 0;
  while (i < line.length) {
    // What needs no look goes at once.
    PLAIN.lastIndex = i;
    const plain = PLAIN.exec(line)?.[0] ?? '';
    if (plain !== '') {
      pieces.push(plain);
      i += plain.length;
      continue;
    }
    const char = line.charAt(i);
    const next = line.charAt(i + 1);
    if (char === '\\') {
      if (next === '') return beyondShell('a here-document line that ends in \\', at + i);
      const escapes = next === '$' || next === '`' || next === '\\';
      pieces.push(escapes ? next : char);
      i += escapes ? 2 : 1;
    } else if (char === '$') {
      const piece = expandAt(line, i, environment, 'quoted');
      if ('kind' in piece) return { ...piece, at: at + i };
      if (piece.text.includes('\n')) return beyondShell('a variable of several lines', at + i);
      pieces.push(piece.text);
      i = piece.end;
    } else {
      const construct = char === '\0' ? 'a NUL character' : 'a command substitution with `';
      return beyondShell(construct, at + i);
    }
  }
  return pieces.join('');
}
