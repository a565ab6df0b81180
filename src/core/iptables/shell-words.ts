/**
 * Splits the text of `sh -c` into words and operators, as POSIX sh does before it runs anything.
 *
 * Guarantees: linear in the length of the text; never throws. A word's `text` is what the command would receive as an
 * argument. Text that this module does not model (expansions, patterns, redirections) ends the result with a
 * not-understood token at its position, so nothing after it can be mistaken for understood.
 * Limits: no variables and no here-documents.
 */

export type Token =
  /** `quoted`: part of it was quoted, so it cannot be a keyword or an assignment. `end` is the offset behind it. */
  | {
      readonly kind: 'word';
      readonly text: string;
      readonly quoted: boolean;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: 'operator'; readonly text: '&&' | '\n'; readonly at: number }
  /** The shell would stop here with this message. */
  | { readonly kind: 'refused'; readonly message: string; readonly at: number }
  | { readonly kind: 'not-understood'; readonly construct: string; readonly at: number };

type Stop = Extract<Token, { kind: 'refused' | 'not-understood' }>;

const BLANK = new Set([' ', '\t']);
/** Characters that end an unquoted word. */
const META = new Set([' ', '\t', '\n', '&', '|', ';', '<', '>', '(', ')']);
/** Unquoted characters that make the shell replace the word by something else. */
const EXPANDING = new Map([
  ['$', 'an expansion with $'],
  ['`', 'a command substitution with `'],
  ['*', 'the file name pattern *'],
  ['?', 'the file name pattern ?'],
  ['[', 'the file name pattern ['],
  ['~', 'the home directory ~'],
  // dash takes it for itself, bash expands it.
  ['{', 'the brace {'],
]);

/** Tokens in the order of the text; a refused or not-understood token is always the last. */
export function shellTokens(script: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < script.length) {
    const next = tokenAt(script, at);
    if (next.token !== undefined) tokens.push(next.token);
    if (next.token?.kind === 'refused' || next.token?.kind === 'not-understood') return tokens;
    at = next.end;
  }
  return tokens;
}

interface Step {
  readonly token?: Token;
  readonly end: number;
}

function tokenAt(script: string, at: number): Step {
  const char = script.charAt(at);
  if (BLANK.has(char)) return { end: at + 1 };
  if (script.startsWith('\\\n', at)) return { end: at + 2 };
  if (char === '\n') return { token: { kind: 'operator', text: '\n', at }, end: at + 1 };
  if (char === '#') {
    const newline = script.indexOf('\n', at);
    return { end: newline < 0 ? script.length : newline };
  }
  if (script.startsWith('&&', at)) return { token: { kind: 'operator', text: '&&', at }, end: at + 2 };
  if (META.has(char)) {
    const operator = script.startsWith('||', at) || script.startsWith('<<', at) ? char + char : char;
    return { token: { kind: 'not-understood', construct: `the shell operator ${operator}`, at }, end: at };
  }
  return wordAt(script, at);
}

/** Reads one word, quotes and all. */
function wordAt(script: string, start: number): Step {
  const pieces: string[] = [];
  let quoted = false;
  let at = start;
  const stop = (token: Stop): Step => ({ token, end: at });
  while (at < script.length && !META.has(script.charAt(at))) {
    const char = script.charAt(at);
    const expanding = EXPANDING.get(char);
    if (char === '\\') {
      // A backslash before the newline joins lines; at the very end it stands for itself.
      if (script.charAt(at + 1) !== '\n') pieces.push(at + 1 < script.length ? script.charAt(at + 1) : '\\');
      quoted = true;
      at += 2;
    } else if (char === "'") {
      const close = script.indexOf("'", at + 1);
      if (close < 0) return stop({ kind: 'refused', message: 'unterminated quoted string', at });
      pieces.push(script.slice(at + 1, close));
      quoted = true;
      at = close + 1;
    } else if (char === '"') {
      const inside = doubleQuoted(script, at);
      if ('token' in inside) return stop(inside.token);
      pieces.push(inside.text);
      quoted = true;
      at = inside.end;
    } else if (expanding !== undefined) {
      return stop({ kind: 'not-understood', construct: expanding, at });
    } else {
      pieces.push(char);
      at += 1;
    }
  }
  return { token: { kind: 'word', text: pieces.join(''), quoted, at: start, end: at }, end: at };
}

type DoubleQuoted = { readonly text: string; readonly end: number } | { readonly token: Stop };

/** Inside double quotes a backslash only escapes `$`, backtick, `"`, itself and the newline. */
function doubleQuoted(script: string, open: number): DoubleQuoted {
  const pieces: string[] = [];
  let at = open + 1;
  while (at < script.length) {
    const char = script.charAt(at);
    if (char === '"') return { text: pieces.join(''), end: at + 1 };
    if (char === '$' || char === '`') {
      const construct = EXPANDING.get(char) ?? char;
      return { token: { kind: 'not-understood', construct, at } };
    }
    const escaped = char === '\\' ? script.charAt(at + 1) : '';
    if (escaped !== '' && '$`"\\\n'.includes(escaped)) {
      if (escaped !== '\n') pieces.push(escaped);
      at += 2;
    } else {
      pieces.push(char);
      at += 1;
    }
  }
  return { token: { kind: 'refused', message: 'unterminated quoted string', at: open } };
}
