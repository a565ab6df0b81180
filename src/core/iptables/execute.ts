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
  const ended = (ending: Ending): Execution => ({ rules: { chains }, ending });
  const parsed = parseScript(script);
  if (parsed.kind === 'refused') return ended({ ...parsed, kind: 'refused-by-shell' });
  if (parsed.kind === 'not-understood')
    return ended({ ...parsed, text: quote(script.slice(parsed.at.offset)) });

  const origins = new Map<Rule, ShellCommand>();
  // Finding a position reads the script up to it, so it is done once, for the command that ends the run.
  const notUnderstoodAt = ({ text, at }: ShellCommand, construct: string): Execution =>
    ended({ kind: 'not-understood', construct, text: quote(text), at: positionAt(script, at) });
  for (const each of parsed.commands) {
    const command = readCommand(each.words);
    const applied = command.kind === 'value' ? apply(chains, command.value) : command;
    if (applied.kind === 'not-understood') return notUnderstoodAt(each, applied.message);
    if (applied.kind === 'refused') {
      const at = positionAt(script, each.at);
      return ended({ kind: 'refused-by-iptables', message: applied.message, command: quote(each.text), at });
    }
    if (command.kind === 'value' && command.value.kind !== 'new-chain') origins.set(command.value.rule, each);
  }
  const doubt = kernelDoubt({ chains });
  const origin = doubt === undefined ? undefined : origins.get(doubt.rule);
  return doubt !== undefined && origin !== undefined
    ? notUnderstoodAt(origin, doubt.reason)
    : ended({ kind: 'completed' });
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
