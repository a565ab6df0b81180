/**
 * Runs a script on the model: what the nat table holds when `sh -c SCRIPT` has ended in a fresh network namespace.
 *
 * Guarantees: never throws. `rules` is what has been installed up to the point where the script ended: a command that is
 * refused changes nothing, what came before stays, and `&&`, `||` and `;` decide what runs next.
 * Limits: those of the parsers below; what they do not understand ends the run as not understood. A rule of which only a
 * match is not understood is taken as installed, and named in `opaque`.
 */
import { readCommand } from './command.ts';
import type { HereLine } from './here-document.ts';
import type { Rule, RuleSet } from './model.ts';
import { notUnderstood, refused, value, type NotUnderstood, type Reading, type Refused } from './reading.ts';
import { restore } from './restore.ts';
import { parseScript, type ShellCommand } from './shell.ts';
import type { Environment } from './shell-variables.ts';
import { NatTable } from './table.ts';
import { LineIndex, type TextPosition } from './text-position.ts';
import { showVariables } from './variables.ts';

export type Ending =
  /** All of it ran; `status` is the script's exit status as far as it matters: 0, or that of its last command. */
  | { readonly kind: 'completed'; readonly status: number }
  /** A shell refused the text from here on: nothing of this line ran. */
  | { readonly kind: 'refused-by-shell'; readonly message: string; readonly at: TextPosition }
  /** The model ends here; what the rest of the script does is not known. */
  | ({ readonly kind: 'not-understood' } & UnknownText);

/** Text of the script that is outside the model. */
export interface UnknownText {
  readonly construct: string;
  readonly text: string;
  readonly at: TextPosition;
}

/** A command that iptables refuses. */
export interface Refusal {
  readonly message: string;
  /** The command, or the line of iptables-restore. */
  readonly command: string;
  readonly status: number;
  /** Whether a whole block of iptables-restore is lost with it. */
  readonly block: boolean;
  readonly at: TextPosition;
}

export interface Execution {
  readonly rules: RuleSet;
  readonly ending: Ending;
  /** In the order in which they happen; the first is the cause of what follows. */
  readonly refusals: readonly Refusal[];
  /** Rules that are in place if iptables takes them, with a match that is not understood. */
  readonly opaque: readonly UnknownText[];
}

/** How much of foreign text is quoted. */
const QUOTED_LENGTH = 120;
const NO_VARIABLES: Environment = new Map();

export function execute(script: string, environment: Environment = NO_VARIABLES): Execution {
  return new Run(script).run(environment);
}

/** Where a command stopped, as the shell sees it. */
interface Outcome {
  readonly reading: Reading<unknown>;
  readonly text: string;
  readonly at: number;
  readonly block: boolean;
}

class Run {
  readonly #script: string;
  readonly #lines: LineIndex;
  readonly #refusals: Refusal[] = [];
  readonly #opaque: UnknownText[] = [];
  #table = new NatTable();
  #backend: string | undefined;

  constructor(script: string) {
    this.#script = script;
    this.#lines = new LineIndex(script);
  }

  run(environment: Environment): Execution {
    const { lines, stop } = parseScript(this.#script, environment);
    let status = 0;
    for (const command of lines.flat()) {
      if (command.after === '&&' && status !== 0) continue;
      if (command.after === '||' && status === 0) continue;
      const { reading, text, at, block } = this.#command(command);
      switch (reading.kind) {
        case 'value':
          status = reading.value === FALSE ? 1 : 0;
          break;
        case 'refused':
          status = reading.status;
          this.#refusals.push({
            message: reading.message,
            command: quote(text),
            status,
            block,
            at: this.#lines.positionAt(at),
          });
          break;
        case 'not-understood':
          return this.#ended({ kind: 'not-understood', ...this.#unknown(reading.message, text, at) });
      }
    }
    if (stop === undefined) return this.#ended({ kind: 'completed', status });
    const at = this.#lines.positionAt(stop.at);
    if (stop.kind === 'refused') return this.#ended({ kind: 'refused-by-shell', message: stop.message, at });
    const rest = this.#script.slice(stop.at);
    return this.#ended({ kind: 'not-understood', ...this.#unknown(stop.construct, rest, stop.at) });
  }

  #command(command: ShellCommand): Outcome {
    const { text, at } = command;
    const words = command.words[0] === 'sudo' ? command.words.slice(1) : command.words;
    const [program = '', ...args] = words;
    const outcome = (reading: Reading<unknown>): Outcome => ({ reading, text, at, block: false });
    if (program === 'true' || program === ':') return outcome(value(undefined));
    if (program === 'false') return outcome(value(FALSE));
    const [, backend, restoring] = IPTABLES.exec(program) ?? [];
    if (backend === undefined || restoring === undefined)
      return outcome(notUnderstood(`the command ${JSON.stringify(showVariables(program))}`));
    this.#backend ??= backend;
    // Each backend has tables of its own, and the kernel runs both.
    if (this.#backend !== backend) return outcome(notUnderstood('a second iptables backend'));
    return restoring === '' ? outcome(this.#apply(args, command)) : this.#restore(args, command);
  }

  #apply(args: readonly string[], command: ShellCommand): Reading<unknown> {
    const read = readCommand(args);
    if (read.kind !== 'value') return read;
    const applied = this.#table.apply(read.value);
    if (applied.kind === 'value' && 'rules' in read.value) {
      this.#noteOpaque(read.value.rules, command.text, command.at);
    }
    return applied;
  }

  #restore(args: readonly string[], { input, text, at }: ShellCommand): Outcome {
    const flush = readRestoreOptions(args);
    if (flush.kind !== 'value') return { reading: flush, text, at, block: false };
    if (input === undefined) {
      return { reading: notUnderstood('iptables-restore without its input'), text, at, block: false };
    }
    const { table, stop } = restore(this.#table, input.lines, flush.value);
    this.#table = table;
    if (stop !== undefined) {
      const { line, reading, number } = stop;
      return { reading: namedLine(reading, number), text: line.text, at: line.at, block: true };
    }
    for (const line of input.lines) this.#noteOpaqueLine(line);
    return { reading: value(undefined), text, at, block: false };
  }

  #noteOpaqueLine({ text, at }: HereLine): void {
    // Only what was taken comes here, so reading it again finds the same rules.
    if (!/^(?:\[|-[AIR]|--)/.test(text)) return;
    const read = readCommand(
      text
        .replace(/^\[[0-9:]*\]/, '')
        .trim()
        .split(/[ \t]+/),
      'iptables-restore',
    );
    if (read.kind === 'value' && 'rules' in read.value) this.#noteOpaque(read.value.rules, text, at);
  }

  #noteOpaque(rules: readonly Rule[], text: string, at: number): void {
    const match = rules.flatMap(({ matches }) => matches).find(({ kind }) => kind === 'opaque');
    if (match?.kind === 'opaque') this.#opaque.push(this.#unknown(`the match ${match.text}`, text, at));
  }

  #unknown(construct: string, text: string, at: number): UnknownText {
    return { construct, text: quote(text), at: this.#lines.positionAt(at) };
  }

  #ended(ending: Ending): Execution {
    return { rules: this.#table.rules(), ending, refusals: this.#refusals, opaque: this.#opaque };
  }
}

/** What the command `false` answers. */
const FALSE = Symbol('false');
const IPTABLES = /^(?:\/usr)?(?:\/local)?(?:\/s?bin\/)?iptables(|-nft|-legacy)(|-restore)$/;

/** Answers whether the table is emptied first. */
function readRestoreOptions(args: readonly string[]): Reading<boolean> {
  let flush = true;
  for (const [i, option] of args.entries()) {
    if (option === '-n' || option === '--noflush') flush = false;
    else if (/^(?:-w|--wait|-v|--verbose|-4|--ipv4)$/.test(option)) continue;
    else if (/^\d{1,6}$/.test(option) && /^(?:-w|--wait)$/.test(args[i - 1] ?? '')) continue;
    else return notUnderstood(`the option ${JSON.stringify(option)} of iptables-restore`);
  }
  return value(flush);
}

/** iptables-restore adds the number of the line. */
function namedLine(reading: Refused | NotUnderstood, number: number): Refused | NotUnderstood {
  if (reading.kind === 'not-understood' || reading.message.includes(` line ${number}`)) return reading;
  return refused(`${reading.message} (line ${number} of the input)`, reading.status);
}

function quote(text: string): string {
  const shown = showVariables(text);
  return shown.length <= QUOTED_LENGTH ? shown : `${shown.slice(0, QUOTED_LENGTH)}...`;
}
