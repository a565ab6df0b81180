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
  readonly lines: readonly HereLine[];
}

export interface HereMark {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  readonly at: number;
}

type HereRead = { readonly kind: 'read'; readonly lines: readonly HereLine[]; readonly end: number } | Stop;

/** Reads from the beginning of a line up to the line that is the mark. */
export function readHereDocument(
  script: string,
  start: number,
  mark: HereMark,
  environment: Environment,
): HereRead {
  const lines: HereLine[] = [];
  let at = start;
  while (at < script.length) {
    const newline = script.indexOf('\n', at);
    const end = newline < 0 ? script.length : newline;
    let begin = at;
    if (mark.stripTabs) while (script.charAt(begin) === '\t' && begin < end) begin += 1;
    const ends = end - begin === mark.delimiter.length && script.startsWith(mark.delimiter, begin);
    if (ends) return { kind: 'read', lines, end: newline < 0 ? end : end + 1 };
    const line = script.slice(begin, end);
    const text = mark.quoted ? plainLine(line, begin) : expandedLine(line, begin, environment);
    if (typeof text !== 'string') return text;
    lines.push({ text, at: begin });
    at = end + 1;
  }
  return beyondShell(UNFINISHED, mark.at);
}

const SPECIAL = /[\\$`\0]/;
const PLAIN = /[^\\$`\0]*/y;

function plainLine(line: string, at: number): string | Stop {
  return line.includes('\0') ? beyondShell('a NUL character', at) : line;
}

function expandedLine(line: string, at: number, environment: Environment): string | Stop {
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
