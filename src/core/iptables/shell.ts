/**
 * Reads a script as `sh -c` would: commands joined by `&&`.
 *
 * Guarantees: never throws; a script that a POSIX shell refuses is refused here with the position of the offending
 * text. Because the whole script is one complete command, a shell parses all of it before running any: a refused script
 * installs nothing.
 * Limits: `&&` lists of simple commands. Every other construct is not understood, with its position; what stands after
 * it is not looked at.
 */
import { shellTokens } from './shell-words.ts';
import { positionAt, type TextPosition } from './text-position.ts';

/** A simple command: its words after quote removal (at least one), its own text and its offset in the script. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly text: string;
  readonly at: number;
}

export type Script =
  | { readonly kind: 'commands'; readonly commands: readonly ShellCommand[] }
  | { readonly kind: 'refused'; readonly message: string; readonly at: TextPosition }
  | { readonly kind: 'not-understood'; readonly construct: string; readonly at: TextPosition };

const KEYWORDS = new Set(
  '! { } case do done elif else esac fi for if in then until while function select time [['.split(' '),
);

export function parseScript(script: string): Script {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let start = 0;
  let end = 0;
  /** Whether the last thing read was `&&`, which needs a command behind it. */
  let dangling = false;
  /** A newline has ended the list; only empty lines may follow. */
  let ended = false;

  const finishCommand = (): void => {
    if (words.length > 0) commands.push({ words, text: script.slice(start, end), at: start });
    words = [];
  };

  for (const token of shellTokens(script)) {
    const at = (): TextPosition => positionAt(script, token.at);
    if (ended && !(token.kind === 'operator' && token.text === '\n')) {
      // The first line has run by the time a shell reads the second.
      return { kind: 'not-understood', construct: 'a second command line', at: at() };
    }
    if (token.kind === 'refused') return { kind: 'refused', message: token.message, at: at() };
    if (token.kind === 'not-understood')
      return { kind: 'not-understood', construct: token.construct, at: at() };
    if (token.kind === 'word') {
      const construct = words.length === 0 && !token.quoted ? specialFirstWord(token.text) : undefined;
      if (construct !== undefined) return { kind: 'not-understood', construct, at: at() };
      if (words.length === 0) start = token.at;
      words.push(token.text);
      end = token.end;
      dangling = false;
    } else if (token.text === '&&') {
      if (words.length === 0) return { kind: 'refused', message: 'syntax error: unexpected "&&"', at: at() };
      finishCommand();
      dangling = true;
    } else if (words.length > 0) {
      finishCommand();
      ended = true;
    }
  }
  if (dangling) {
    const message = 'syntax error: unexpected end of file after "&&"';
    return { kind: 'refused', message, at: positionAt(script, script.length) };
  }
  finishCommand();
  return { kind: 'commands', commands };
}

/** Words that mean something else than a command's name when they come first. */
function specialFirstWord(word: string): string | undefined {
  if (KEYWORDS.has(word)) return `the shell keyword ${word}`;
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(word)) return 'a variable assignment';
  return undefined;
}
