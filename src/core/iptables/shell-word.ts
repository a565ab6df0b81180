/**
 * Reads one word of a script: quotes, backslashes and variables.
 *
 * Guarantees: linear in its length. Limits: substitutions and file name patterns are not understood.
 */
import { expandAt, type Environment } from './shell-variables.ts';
import { beyondShell, shellRefuses, type Stop, type Word } from './shell-tokens.ts';

export const BLANK: ReadonlySet<string> = new Set([' ', '\t']);
/** Characters that end an unquoted word. */
export const META: ReadonlySet<string> = new Set([' ', '\t', '\n', '&', '|', ';', '<', '>', '(', ')']);
/** Unquoted characters that make the shell replace the word by something else. */
const EXPANDING: ReadonlyMap<string, string> = new Map([
  ['`', 'a command substitution with `'],
  ['*', 'the file name pattern *'],
  ['?', 'the file name pattern ?'],
  ['[', 'the file name pattern ['],
  ['~', 'the home directory ~'],
  // dash takes it for itself, bash expands it.
  ['{', 'the brace {'],
  // No argument of a program can hold it.
  ['\0', 'a NUL character'],
]);

/** Text with the offset behind it, or why there is none. */
export type Piece = { readonly text: string; readonly end: number } | Stop;

/** A word from `start` on; `nothing` where an empty variable leaves no word at all. */
export function readWord(
  script: string,
  start: number,
  environment: Environment,
): Word | { readonly kind: 'nothing'; readonly end: number } | Stop {
  const pieces: string[] = [];
  let at = start;
  let quoted = false;
  let present = false;
  while (at < script.length) {
    // Most words are nothing but plain characters: they go at once.
    PLAIN.lastIndex = at;
    const run = PLAIN.exec(script)?.[0];
    if (run !== undefined) {
      pieces.push(run);
      present = true;
      at += run.length;
    }
    const char = script.charAt(at);
    if (char === '' || META.has(char)) break;
    const special = char === '\\' || char === "'" || char === '"' || char === '$';
    const piece = special ? specialPiece(script, at, environment) : beyondWord(char, at);
    if ('kind' in piece) return piece;
    pieces.push(piece.text);
    // A backslash before a newline is no part of the word at all.
    const joins = char === '\\' && piece.text === '';
    quoted ||= !joins;
    present ||= !joins && (char !== '$' || piece.text !== '');
    at = piece.end;
  }
  if (!present) return { kind: 'nothing', end: at };
  return { kind: 'word', text: pieces.join(''), quoted, at: start, end: at };
}

/** What means itself between double quotes. */
const UNQUOTED = /[^"\\$`\0]+/y;
const PLAIN = /[^\\'"$`*?[~{\0 \t\n&|;<>()]+/y;

/** A character that makes the shell do what is not modelled. */
function beyondWord(char: string, at: number): Stop {
  return beyondShell(EXPANDING.get(char) ?? `the character ${JSON.stringify(char)}`, at);
}

function specialPiece(script: string, at: number, environment: Environment): Piece {
  switch (script.charAt(at)) {
    case "'": {
      const close = script.indexOf("'", at + 1);
      if (close < 0) return shellRefuses('unterminated quoted string', at);
      return withoutNul(script.slice(at + 1, close), at, close + 1);
    }
    case '"':
      return doubleQuoted(script, at, environment);
    case '$':
      return expandAt(script, at, environment, 'unquoted');
    default: {
      // A backslash before the newline joins lines; at the very end it stands for itself.
      const next = at + 1 < script.length ? script.charAt(at + 1) : '\\';
      return withoutNul(next === '\n' ? '' : next, at, at + 2);
    }
  }
}

/** Inside double quotes a backslash only escapes `$`, backtick, `"`, itself and the newline. */
function doubleQuoted(script: string, open: number, environment: Environment): Piece {
  const pieces: string[] = [];
  let at = open + 1;
  while (at < script.length) {
    UNQUOTED.lastIndex = at;
    const run = UNQUOTED.exec(script)?.[0];
    if (run !== undefined) {
      pieces.push(run);
      at += run.length;
    }
    const char = script.charAt(at);
    if (char === '"') return { text: pieces.join(''), end: at + 1 };
    if (char === '') break;
    const escaped = char === '\\' ? script.charAt(at + 1) : '';
    if (char === '`' || char === '\0') return beyondWord(char, at);
    if (char === '$') {
      const piece = expandAt(script, at, environment, 'quoted');
      if ('kind' in piece) return piece;
      pieces.push(piece.text);
      at = piece.end;
    } else if (escaped !== '' && '$`"\\\n'.includes(escaped)) {
      if (escaped !== '\n') pieces.push(escaped);
      at += 2;
    } else {
      // A backslash before anything else means itself.
      pieces.push(char);
      at += 1;
    }
  }
  return shellRefuses('unterminated quoted string', open);
}

function withoutNul(text: string, at: number, end: number): Piece {
  return text.includes('\0') ? beyondShell('a NUL character', at) : { text, end };
}
