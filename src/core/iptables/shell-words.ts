/**
 * Splits the text of `sh -c` into words, operators and here-documents, as POSIX sh does before it runs anything.
 *
 * Guarantees: linear in the length of the text; never throws. Text that this module does not model (substitutions,
 * patterns, other redirections) ends the result with a not-understood token at its position, so nothing after it can be
 * mistaken for understood.
 * Limits: variables are those of the container; the script cannot set any.
 */
import { readHereDocument, UNFINISHED, type HereLine } from './here-document.ts';
import type { Environment } from './shell-variables.ts';
import { beyondShell, shellRefuses, type Stop, type Token, type Word } from './shell-tokens.ts';
import { BLANK, META, readWord } from './shell-word.ts';

/** A here-document that the present line announces; its text begins with the next line. */
interface Announced {
  readonly delimiter: string;
  readonly quoted: boolean;
  /** `<<-` takes tabs off the beginning of its lines. */
  readonly stripTabs: boolean;
  /** Its lines are put in when they have been read. */
  readonly document: { lines: Iterable<HereLine> };
  readonly at: number;
}

/**
 * Reads tokens one by one, in the order of the text.
 *
 * A refused or not-understood token is the last that makes sense; undefined is the end of the text.
 */
export class ShellLexer {
  readonly #script: string;
  readonly #environment: Environment;
  #announced: Announced[] = [];
  #at = 0;
  /** Whether the last token was a newline: empty lines say nothing. */
  #lineEnded = false;
  #before: Token | undefined;

  constructor(script: string, environment: Environment) {
    this.#script = script;
    this.#environment = environment;
  }

  next(): Token | undefined {
    while (this.#at < this.#script.length) {
      const token = this.#step();
      if (token === undefined) continue;
      const newline = token.kind === 'operator' && token.text === '\n';
      if (newline && this.#lineEnded) continue;
      this.#lineEnded = newline;
      this.#before = token;
      return token;
    }
    const [open] = this.#announced;
    return open === undefined ? undefined : beyondShell(UNFINISHED, open.at);
  }

  /** Reads one token or passes over what is none. */
  #step(): Token | undefined {
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

  #endLine(): Token {
    // The line is complete only when its documents are.
    const newline: Token = { kind: 'operator', text: '\n', at: this.#at };
    this.#at += 1;
    for (const announced of this.#announced) {
      const read = readHereDocument(this.#script, this.#at, announced, this.#environment);
      if (read.kind !== 'read') return read;
      announced.document.lines = read.lines;
      this.#at = read.end;
    }
    this.#announced = [];
    return newline;
  }

  #operator(char: string): Token {
    const at = this.#at;
    const double = this.#script.charAt(at + 1) === char;
    if (char === '<' && double) return this.#announce();
    const text = double ? char + char : char;
    if (text === '&&' || text === '||' || text === ';') {
      this.#at += text.length;
      return { kind: 'operator', text, at };
    }
    if (text === ';;') return shellRefuses(`syntax error: unexpected "${text}"`, at);
    return beyondShell(`the shell operator ${text}`, at);
  }

  /** `<<DELIMITER` and `<<-DELIMITER` */
  #announce(): Token {
    const at = this.#at;
    const before = this.#before;
    if (before?.kind === 'word' && before.end === at && /^[0-9]+$/.test(before.text)) {
      return beyondShell('a redirection with a number', at);
    }
    this.#at += 2;
    const stripTabs = this.#script.charAt(this.#at) === '-';
    if (stripTabs) this.#at += 1;
    while (BLANK.has(this.#script.charAt(this.#at))) this.#at += 1;
    const char = this.#script.charAt(this.#at);
    if (char === '<') return beyondShell('the shell operator <<<', at);
    if (char === '' || META.has(char)) {
      const found = char === '' ? 'end of file' : char === '\n' ? 'newline' : `"${char}"`;
      return shellRefuses(`syntax error: unexpected ${found}`, this.#at);
    }
    const start = this.#at;
    const word = this.#word();
    if (word !== undefined && word.kind !== 'word') return word;
    const raw = this.#script.slice(start, this.#at);
    if (word === undefined || raw.includes('$') || raw.includes('\n')) {
      return beyondShell('the end mark of a here-document', start);
    }
    const document = { lines: [] };
    this.#announced.push({ delimiter: word.text, quoted: word.quoted, stripTabs, document, at });
    return { kind: 'here-document', at, end: this.#at, document };
  }

  #word(): Word | Stop | undefined {
    const read = readWord(this.#script, this.#at, this.#environment);
    if (read.kind === 'word' || read.kind === 'nothing') this.#at = read.end;
    return read.kind === 'nothing' ? undefined : read;
  }
}
