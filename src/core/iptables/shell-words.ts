/**
 * Splits the text of `sh -c` into words, operators and here-documents, as POSIX sh does before it runs anything.
 *
 * Guarantees: linear in the length of the text; never throws. A word's `text` is what the command would receive as an
 * argument. Text that this module does not model (substitutions, patterns, other redirections) ends the result with a
 * not-understood token at its position, so nothing after it can be mistaken for understood.
 * Limits: variables are those of the container; the script cannot set any.
 */
import { readHereDocument, type HereDocument, type HereLine } from './here-document.ts';
import { expandAt, type Environment } from './shell-variables.ts';

export type Operator = '&&' | '||' | ';' | '\n';

export type Token =
  /** `quoted`: part of it was quoted or replaced, so it cannot be a keyword or an assignment. `end` is the offset behind it. */
  | {
      readonly kind: 'word';
      readonly text: string;
      readonly quoted: boolean;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: 'operator'; readonly text: Operator; readonly at: number }
  /** `lines` is filled when the end of its line has been read. */
  | {
      readonly kind: 'here-document';
      readonly at: number;
      readonly end: number;
      readonly document: HereDocument;
    }
  | Stop;

/** Nothing behind it is looked at. */
export type Stop =
  /** The shell would stop here with this message. */
  | { readonly kind: 'refused'; readonly message: string; readonly at: number }
  | { readonly kind: 'not-understood'; readonly construct: string; readonly at: number };

/** A here-document that the present line announces; its text begins with the next line. */
interface Announced {
  readonly delimiter: string;
  readonly quoted: boolean;
  /** `<<-` takes tabs off the beginning of its lines. */
  readonly stripTabs: boolean;
  readonly lines: HereLine[];
  readonly at: number;
}

const BLANK = new Set([' ', '\t']);
/** Characters that end an unquoted word. */
const META = new Set([' ', '\t', '\n', '&', '|', ';', '<', '>', '(', ')']);
/** Unquoted characters that make the shell replace the word by something else. */
const EXPANDING = new Map([
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

/** Tokens in the order of the text; a refused or not-understood token is always the last. */
export function shellTokens(script: string, environment: Environment): readonly Token[] {
  return new Lexer(script, environment).run();
}

type Piece = { readonly text: string; readonly end: number } | { readonly token: Stop };

class Lexer {
  readonly #script: string;
  readonly #environment: Environment;
  readonly #tokens: Token[] = [];
  #announced: Announced[] = [];
  #at = 0;

  constructor(script: string, environment: Environment) {
    this.#script = script;
    this.#environment = environment;
  }

  run(): readonly Token[] {
    while (this.#at < this.#script.length) {
      const stop = this.#step();
      if (stop !== undefined) return [...this.#tokens, stop];
    }
    const [open] = this.#announced;
    return open === undefined ? this.#tokens : [...this.#tokens, unfinished(open.at)];
  }

  /** Reads one token or passes over what is none. */
  #step(): Stop | undefined {
    const at = this.#at;
    const char = this.#script.charAt(at);
    if (BLANK.has(char)) this.#at += 1;
    else if (char === '\\' && this.#script.charAt(at + 1) === '\n') this.#at += 2;
    else if (char === '#') {
      const newline = this.#script.indexOf('\n', at);
      this.#at = newline < 0 ? this.#script.length : newline;
    } else if (char === '\n') return this.#endLine();
    else if (META.has(char)) return this.#operator(char);
    else return this.#word();
    return undefined;
  }

  #endLine(): Stop | undefined {
    const newline: Token = { kind: 'operator', text: '\n', at: this.#at };
    this.#at += 1;
    for (const announced of this.#announced) {
      const read = readHereDocument(this.#script, this.#at, announced, this.#environment);
      if (read.kind !== 'read') return read;
      announced.lines.push(...read.lines);
      this.#at = read.end;
    }
    this.#announced = [];
    // The line is complete only when its documents are.
    this.#tokens.push(newline);
    return undefined;
  }

  #operator(char: string): Stop | undefined {
    const at = this.#at;
    const double = this.#script.startsWith(char + char, at);
    if (char === '<' && double) return this.#announce();
    const text = double ? char + char : char;
    if (text === '&&' || text === '||' || text === ';') {
      this.#tokens.push({ kind: 'operator', text, at });
      this.#at += text.length;
      return undefined;
    }
    if (text === ';;') return { kind: 'refused', message: `syntax error: unexpected "${text}"`, at };
    return { kind: 'not-understood', construct: `the shell operator ${text}`, at };
  }

  /** `<<DELIMITER` and `<<-DELIMITER` */
  #announce(): Stop | undefined {
    const at = this.#at;
    const before = this.#tokens.at(-1);
    if (before?.kind === 'word' && before.end === at && /^[0-9]+$/.test(before.text)) {
      return { kind: 'not-understood', construct: 'a redirection with a number', at };
    }
    this.#at += 2;
    const stripTabs = this.#script.charAt(this.#at) === '-';
    if (stripTabs) this.#at += 1;
    while (BLANK.has(this.#script.charAt(this.#at))) this.#at += 1;
    const char = this.#script.charAt(this.#at);
    if (char === '<') return { kind: 'not-understood', construct: 'the shell operator <<<', at };
    if (char === '' || META.has(char)) {
      const found = char === '' ? 'end of file' : char === '\n' ? 'newline' : `"${char}"`;
      return { kind: 'refused', message: `syntax error: unexpected ${found}`, at: this.#at };
    }
    const start = this.#at;
    const stop = this.#word();
    const word = this.#tokens.pop();
    if (stop !== undefined) return stop;
    const raw = this.#script.slice(start, this.#at);
    if (word?.kind !== 'word' || raw.includes('$') || raw.includes('\n')) {
      return { kind: 'not-understood', construct: 'the end mark of a here-document', at: start };
    }
    const lines: HereLine[] = [];
    this.#announced.push({ delimiter: word.text, quoted: word.quoted, stripTabs, lines, at });
    this.#tokens.push({ kind: 'here-document', at, end: this.#at, document: { lines } });
    return undefined;
  }

  /** Reads one word, quotes and all. */
  #word(): Stop | undefined {
    const start = this.#at;
    const pieces: string[] = [];
    let quoted = false;
    /** Whether something is there even if it is empty: quotes, but not an empty variable. */
    let present = false;
    while (this.#at < this.#script.length && !META.has(this.#script.charAt(this.#at))) {
      const char = this.#script.charAt(this.#at);
      const special = char === '\\' || char === "'" || char === '"' || char === '$';
      const piece = special ? this.#specialPiece(char) : this.#plainPiece(char);
      if ('token' in piece) return piece.token;
      pieces.push(piece.text);
      quoted ||= special;
      present ||= char !== '$' || piece.text !== '';
      this.#at = piece.end;
    }
    if (present) {
      this.#tokens.push({ kind: 'word', text: pieces.join(''), quoted, at: start, end: this.#at });
    }
    return undefined;
  }

  #plainPiece(char: string): Piece {
    const at = this.#at;
    const expanding = EXPANDING.get(char);
    return expanding === undefined
      ? { text: char, end: at + 1 }
      : { token: { kind: 'not-understood', construct: expanding, at } };
  }

  #specialPiece(char: string): Piece {
    const at = this.#at;
    const script = this.#script;
    switch (char) {
      case "'": {
        const close = script.indexOf("'", at + 1);
        if (close < 0) return { token: { kind: 'refused', message: 'unterminated quoted string', at } };
        return this.#withoutNul(script.slice(at + 1, close), close + 1);
      }
      case '"':
        return this.#doubleQuoted();
      case '$':
        return expandAt(script, at, this.#environment, 'unquoted');
      default: {
        // A backslash before the newline joins lines; at the very end it stands for itself.
        const next = at + 1 < script.length ? script.charAt(at + 1) : '\\';
        return this.#withoutNul(next === '\n' ? '' : next, at + 2);
      }
    }
  }

  /** Inside double quotes a backslash only escapes `$`, backtick, `"`, itself and the newline. */
  #doubleQuoted(): Piece {
    const script = this.#script;
    const open = this.#at;
    const pieces: string[] = [];
    let at = open + 1;
    while (at < script.length) {
      const char = script.charAt(at);
      if (char === '"') return this.#withoutNul(pieces.join(''), at + 1, true);
      if (char === '`')
        return { token: { kind: 'not-understood', construct: 'a command substitution with `', at } };
      if (char === '\0') return { token: { kind: 'not-understood', construct: 'a NUL character', at } };
      const escaped = char === '\\' ? script.charAt(at + 1) : '';
      if (char === '$') {
        const piece = expandAt(script, at, this.#environment, 'quoted');
        if ('token' in piece) return piece;
        pieces.push(piece.text);
        at = piece.end;
      } else if (escaped !== '' && '$`"\\\n'.includes(escaped)) {
        if (escaped !== '\n') pieces.push(escaped);
        at += 2;
      } else {
        pieces.push(char);
        at += 1;
      }
    }
    return { token: { kind: 'refused', message: 'unterminated quoted string', at: open } };
  }

  /** `checked`: a NUL in it is the mark of a variable, not the script's. */
  #withoutNul(text: string, end: number, checked = false): Piece {
    return !checked && text.includes('\0')
      ? { token: { kind: 'not-understood', construct: 'a NUL character', at: this.#at } }
      : { text, end };
  }
}

function unfinished(at: number): Stop {
  return { kind: 'not-understood', construct: 'a here-document without its end', at };
}
