/**
 * Runs a script on the model: what the nat table holds when `sh -c SCRIPT` has ended in a fresh network namespace.
 *
 * Guarantees: never throws. `rules` is what has been installed up to the point where the script ended: commands joined
 * by `&&` stop at the first one that fails, and everything before it stays in the kernel.
 * Limits: those of the parsers below; what they do not understand ends the run as not understood.
 */
import { mayBeExtension, readCommand, type IptablesCommand } from './command.ts';
import { BUILT_IN_CHAINS, type Rule, type RuleSet } from './model.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';
import { kernelDoubt } from './kernel-doubt.ts';
import { parseScript, type ShellCommand } from './shell.ts';
import { positionAt, type TextPosition } from './text-position.ts';

export type Ending =
  | { readonly kind: 'completed' }
  /** The shell refused the whole script: nothing ran. */
  | { readonly kind: 'refused-by-shell'; readonly message: string; readonly at: TextPosition }
  /** iptables refused one command: the script stopped there, with what came before installed. */
  | {
      readonly kind: 'refused-by-iptables';
      readonly message: string;
      readonly command: string;
      readonly at: TextPosition;
    }
  /** The model ends here; what the rest of the script does is not known. */
  | {
      readonly kind: 'not-understood';
      readonly construct: string;
      readonly text: string;
      readonly at: TextPosition;
    };

export interface Execution {
  readonly rules: RuleSet;
  readonly ending: Ending;
}

/** How much of foreign text an Ending quotes. */
const QUOTED_LENGTH = 120;

export function execute(script: string): Execution {
  const chains = new Map<string, Rule[]>(BUILT_IN_CHAINS.map((name) => [name, []]));
  const parsed = parseScript(script);
  if (parsed.kind === 'refused') {
    return {
      rules: { chains },
      ending: { kind: 'refused-by-shell', message: parsed.message, at: parsed.at },
    };
  }
  if (parsed.kind === 'not-understood') {
    const text = quote(script.slice(parsed.at.offset));
    return {
      rules: { chains },
      ending: { kind: 'not-understood', construct: parsed.construct, text, at: parsed.at },
    };
  }
  const origins = new Map<Rule, ShellCommand>();
  for (const each of parsed.commands) {
    const { words, text, at } = each;
    const command = readCommand(words);
    const applied = command.kind === 'value' ? apply(chains, command.value) : command;
    if (command.kind === 'value' && command.value.kind !== 'new-chain') origins.set(command.value.rule, each);
    const where = { at: positionAt(script, at) };
    if (applied.kind === 'refused') {
      const ending = {
        kind: 'refused-by-iptables',
        message: applied.message,
        command: quote(text),
        ...where,
      } as const;
      return { rules: { chains }, ending };
    }
    if (applied.kind === 'not-understood') {
      const ending = {
        kind: 'not-understood',
        construct: applied.message,
        text: quote(text),
        ...where,
      } as const;
      return { rules: { chains }, ending };
    }
  }
  const doubtful = kernelDoubt({ chains });
  if (doubtful !== undefined) {
    const { text = '', at = 0 } = origins.get(doubtful.rule) ?? {};
    const where = { text: quote(text), at: positionAt(script, at) };
    return { rules: { chains }, ending: { kind: 'not-understood', construct: doubtful.reason, ...where } };
  }
  return { rules: { chains }, ending: { kind: 'completed' } };
}

/** Changes `chains` as the kernel would, or answers with iptables' refusal and changes nothing. */
function apply(chains: Map<string, Rule[]>, command: IptablesCommand): Reading<undefined> {
  const chain = chains.get(command.chain);
  if (command.kind === 'new-chain') {
    if (chain !== undefined) return refused('Chain already exists.');
    chains.set(command.chain, []);
    return value(undefined);
  }
  const { rule } = command;
  if (rule.target.kind === 'jump' && !chains.has(rule.target.chain)) {
    const name = rule.target.chain;
    return mayBeExtension(name)
      ? notUnderstood(`the target ${name}`)
      : refused(`Chain '${name}' does not exist`);
  }
  if (chain === undefined) return refused('No chain/target/match by that name.');
  if (command.kind === 'append') {
    chain.push(rule);
    return value(undefined);
  }
  if (command.position > chain.length + 1) return refused('Index of insertion too big.');
  chain.splice(command.position - 1, 0, rule);
  return value(undefined);
}

function quote(text: string): string {
  return text.length <= QUOTED_LENGTH ? text : `${text.slice(0, QUOTED_LENGTH)}...`;
}
