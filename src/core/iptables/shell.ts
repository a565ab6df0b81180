/**
 * Reads a script as `sh -c` would: lists of simple commands joined by `&&` and `||`, separated by `;` and newlines.
 *
 * A shell reads one complete command, up to a newline, before it runs any of it; so a mistake in one line leaves the
 * lines before it done and nothing of its own. The answer keeps those lines and says what ended the reading.
 *
 * Guarantees: never throws, linear in the length of the text.
 * Limits: every other construct is not understood, with its position; what stands after it is not looked at.
 */
import type { HereDocument } from './here-document.ts';
import type { Environment } from './shell-variables.ts';
import type { Operator, Stop, Token } from './shell-tokens.ts';
import { ShellLexer } from './shell-words.ts';

/** A simple command: its words after quote removal (at least one), its own text and its offset in the script. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly input: HereDocument | undefined;
  readonly text: string;
  readonly at: number;
  /** When it runs: `&&` after success, `||` after failure, else always. */
  readonly after: '&&' | '||' | ';';
}

export interface Script {
  /** Lines that a shell runs one after the other, each read as a whole. */
  readonly lines: readonly (readonly ShellCommand[])[];
  /** What ended the reading before the end of the text. */
  readonly stop: Stop | undefined;
}

const KEYWORDS = new Set(
  '! { } case do done elif else esac fi for if in then until while function select time [['.split(' '),
);

export function parseScript(script: string, environment: Environment): Script {
  return new Parser(script).parse(new ShellLexer(script, environment));
}

class Parser {
  readonly #script: string;
  readonly #lines: (readonly ShellCommand[])[] = [];
  #commands: ShellCommand[] = [];
  #words: string[] = [];
  #input: HereDocument | undefined;
  #start = 0;
  #end = 0;
  #after: ShellCommand['after'] = ';';

  constructor(script: string) {
    this.#script = script;
  }

  parse(lexer: ShellLexer): Script {
    for (let token = lexer.next(); token !== undefined; token = lexer.next()) {
      const stop = this.#take(token);
      if (stop !== undefined) return { lines: this.#lines, stop };
    }
    if (this.#words.length === 0 && this.#after !== ';') {
      const message = `syntax error: unexpected end of file after "${this.#after}"`;
      return { lines: this.#lines, stop: { kind: 'refused', message, at: this.#script.length } };
    }
    this.#endCommand();
    this.#endLine();
    return { lines: this.#lines, stop: undefined };
  }

  #take(token: Token): Stop | undefined {
    switch (token.kind) {
      case 'refused':
      case 'not-understood':
        return token;
      case 'word': {
        const first = this.#words.length === 0;
        const construct = first && !token.quoted ? specialFirstWord(token.text) : undefined;
        if (construct !== undefined) return { kind: 'not-understood', construct, at: token.at };
        if (first && this.#input === undefined) this.#start = token.at;
        this.#words.push(token.text);
        this.#end = token.end;
        return undefined;
      }
      case 'here-document': {
        if (this.#words.length === 0)
          return { kind: 'not-understood', construct: 'a here-document without a command', at: token.at };
        // Of several the last one counts.
        this.#input = token.document;
        this.#end = token.end;
        return undefined;
      }
      case 'operator':
        return this.#operator(token.text, token.at);
    }
  }

  #operator(operator: Operator, at: number): Stop | undefined {
    const empty = this.#words.length === 0;
    if (operator === '\n') {
      // Behind && and || the list goes on in the next line.
      if (empty && this.#after !== ';') return undefined;
      this.#endCommand();
      this.#endLine();
      return undefined;
    }
    if (empty) return { kind: 'refused', message: `syntax error: unexpected "${operator}"`, at };
    this.#endCommand();
    this.#after = operator;
    return undefined;
  }

  #endCommand(): void {
    if (this.#words.length === 0) return;
    const text = this.#script.slice(this.#start, this.#end);
    this.#commands.push({
      words: this.#words,
      input: this.#input,
      text,
      at: this.#start,
      after: this.#after,
    });
    this.#words = [];
    this.#input = undefined;
    this.#after = ';';
  }

  #endLine(): void {
    if (this.#commands.length > 0) this.#lines.push(this.#commands);
    this.#commands = [];
    this.#after = ';';
  }
}

/** Words that mean something else than a command's name when they come first. */
function specialFirstWord(word: string): string | undefined {
  if (KEYWORDS.has(word)) return `the shell keyword ${word}`;
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(word)) return 'a variable assignment';
  return undefined;
}
