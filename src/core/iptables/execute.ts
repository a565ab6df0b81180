/**
 * Runs a script on the model: what the nat table holds when `sh -c SCRIPT` has ended in a fresh network namespace.
 *
 * Guarantees: never throws. `rules` is what has been installed up to the point where the script ended: a command that is
 * refused changes nothing, what came before stays, and `&&`, `||` and `;` decide what runs next.
 * Limits: those of the parsers below; what they do not understand ends the run as not understood. A rule of which only a
 * match is not understood is taken as installed, and named in `opaque`.
 */
import { isLongerThan } from './bytes.ts';
import { readCommand } from './command.ts';
import type { Ending, Execution, Refusal, UnknownText } from './execution.ts';
import type { RuleSet } from './model.ts';
import { LineIndex } from './text-position.ts';
import { notUnderstood, refused, value, type NotUnderstood, type Reading, type Refused } from './reading.ts';
import { opaqueMatchOf, restore } from './restore.ts';
import { parseScript, type ShellCommand } from './shell.ts';
import { unsafeVariable, type Environment } from './shell-variables.ts';
import { NatTable } from './table.ts';
import { showVariables } from './variables.ts';

/** How much of foreign text is quoted. */
const QUOTED_LENGTH = 120;
/** Linux takes no longer argument of a program. */
const LONGEST_ARGUMENT = 131_071;
const NO_VARIABLES: Environment = new Map();

/** @param onStep told of each command that has run, in order, with a way to see what the table holds then */
export function execute(
  script: string,
  environment: Environment = NO_VARIABLES,
  onStep?: (command: string, rules: () => RuleSet) => void,
): Execution {
  return new Run(script, onStep).run(environment);
}

/** Where a command stopped, as the shell sees it. */
interface Outcome {
  readonly reading: Reading<unknown>;
  readonly text: string;
  readonly at: number;
  readonly block: boolean;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

class Run {
  readonly #script: string;
  readonly #onStep: ((command: string, rules: () => RuleSet) => void) | undefined;
  readonly #lines: LineIndex;
  readonly #refusals: Draft<Refusal>[] = [];
  readonly #opaque: UnknownText[] = [];
  #table = NatTable.empty();
  #backend: string | undefined;

  constructor(script: string, onStep: ((command: string, rules: () => RuleSet) => void) | undefined) {
    this.#script = script;
    this.#onStep = onStep;
    this.#lines = new LineIndex(script);
  }

  run(environment: Environment): Execution {
    const obstacle = obstacleTo(this.#script, environment);
    if (obstacle !== undefined)
      return this.#ended({ kind: 'not-understood', ...this.#unknown(obstacle, this.#script, 0) });
    const { lines, stop } = parseScript(this.#script, environment);
    let status = 0;
    /** The refusal whose failure the present status is. */
    let cause: Draft<Refusal> | undefined;
    for (const command of lines.flat()) {
      if (command.after === '&&' && status !== 0) {
        if (cause !== undefined) cause.skipped += 1;
        continue;
      }
      if (command.after === '||' && status === 0) continue;
      const { reading, text, at, block } = this.#command(command);
      cause = undefined;
      switch (reading.kind) {
        case 'value':
          status = reading.value === FALSE ? 1 : 0;
          this.#onStep?.(text, () => this.#table.rules());
          break;
        case 'refused': {
          status = reading.status;
          const position = this.#lines.positionAt(at);
          cause = { message: reading.message, command: quote(text), status, block, skipped: 0, at: position };
          this.#refusals.push(cause);
          break;
        }
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
    const [program = '', ...args] = command.words;
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

  #apply(args: readonly string[], { text, at }: ShellCommand): Reading<unknown> {
    const read = readCommand(args);
    if (read.kind !== 'value') return read;
    const applied = this.#table.apply(read.value);
    const match = opaqueMatchOf(read.value);
    if (applied.kind === 'value' && match !== undefined) this.#opaque.push(this.#unknown(match, text, at));
    return applied;
  }

  #restore(args: readonly string[], { input, text, at }: ShellCommand): Outcome {
    const outcome = (reading: Reading<unknown>): Outcome => ({ reading, text, at, block: false });
    const flush = readRestoreOptions(args);
    if (flush.kind !== 'value') return outcome(flush);
    if (input === undefined) return outcome(notUnderstood('iptables-restore without its input'));
    const { table, opaque, stop } = restore(this.#table, input.lines, flush.value);
    this.#table = table;
    for (const { match, line } of opaque) this.#opaque.push(this.#unknown(match, line.text, line.at));
    if (stop === undefined) return outcome(value(undefined));
    const { line, reading, number } = stop;
    return { reading: namedLine(reading, number), text: line.text, at: line.at, block: true };
  }

  #unknown(construct: string, text: string, at: number): UnknownText {
    return { construct, text: quote(text), at: this.#lines.positionAt(at) };
  }

  #ended(ending: Ending): Execution {
    return { rules: this.#table.rules(), ending, refusals: this.#refusals, opaque: this.#opaque };
  }
}

/** What makes the shell or iptables run otherwise than they are modelled, whatever the script says. */
function obstacleTo(script: string, environment: Environment): string | undefined {
  if (isLongerThan(script, LONGEST_ARGUMENT)) return 'more than 128 KiB, which Linux passes to no program';
  for (const name of environment.keys()) {
    if (unsafeVariable(name))
      return `nothing that is certain, as the variable ${name} changes what commands do`;
  }
  return undefined;
}

/** What the command `false` answers. */
const FALSE = Symbol('false');
const IPTABLES = /^(?:(?:\/usr(?:\/local)?)?\/s?bin\/)?iptables(|-nft|-legacy)(|-restore)$/;

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
