/**
 * Reads one simple command of a script as an iptables command on the nat table.
 *
 * Limits: `iptables -t nat` with -N, -A and -I. Other programs, tables and commands are not understood; `-t` may stand
 * anywhere, as iptables allows.
 */
import type { Rule } from './model.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';
import { readRule } from './rule-reader.ts';

export type IptablesCommand =
  | { readonly kind: 'new-chain'; readonly chain: string }
  | { readonly kind: 'append'; readonly chain: string; readonly rule: Rule }
  /** `position` counts from 1, as in iptables. */
  | { readonly kind: 'insert'; readonly chain: string; readonly position: number; readonly rule: Rule };

const PROGRAMS = new Set(['iptables', '/sbin/iptables', '/usr/sbin/iptables']);
/** Names that iptables keeps for targets. */
const TARGET_NAMES = new Set(['ACCEPT', 'DROP', 'QUEUE', 'RETURN']);
const LONGEST_CHAIN_NAME = 28;

/** `words` start with the program's name. */
export function readCommand(words: readonly string[]): Reading<IptablesCommand> {
  const [program = '', ...given] = words;
  if (!PROGRAMS.has(program)) return notUnderstood(`the command ${JSON.stringify(program)}`);
  const table = takeTable(given);
  if (table.kind !== 'value') return table;
  const [operation, chain, ...rest] = table.value;
  if (operation === undefined) return refused('no command specified');
  switch (operation) {
    case '-N':
    case '--new-chain':
      return readNewChain(chain, rest);
    case '-A':
    case '--append':
      return withRule(chain, rest, (rule, name) => ({ kind: 'append', chain: name, rule }));
    case '-I':
    case '--insert': {
      const [first] = rest;
      const numbered = first !== undefined && /^[1-9][0-9]{0,8}$/.test(first);
      const position = numbered ? Number(first) : 1;
      const build = (rule: Rule, name: string): IptablesCommand => ({
        kind: 'insert',
        chain: name,
        position,
        rule,
      });
      return withRule(chain, numbered ? rest.slice(1) : rest, build);
    }
    default:
      return notUnderstood(`the option ${operation} in the place of a command`);
  }
}

/** Removes `-t nat`; without it iptables would work on the filter table. */
function takeTable(words: readonly string[]): Reading<readonly string[]> {
  const at = words.findIndex((word) => word === '-t' || word === '--table');
  if (at < 0) return notUnderstood('a command on the filter table');
  const name = words[at + 1];
  if (name === undefined) return refused('option "-t" requires an argument');
  if (name !== 'nat') return notUnderstood(`the table ${JSON.stringify(name)}`);
  return value(words.toSpliced(at, 2));
}

function readNewChain(chain: string | undefined, rest: readonly string[]): Reading<IptablesCommand> {
  const [extra] = rest;
  if (chain === undefined) return refused('option "-N" requires an argument');
  if (extra !== undefined) return refused(`Bad argument \`${extra}'`);
  if (chain.length > LONGEST_CHAIN_NAME)
    return refused(`chain name \`${chain}' too long (must be under 29 chars)`);
  if (TARGET_NAMES.has(chain)) return refused(`chain name may not clash with target name: ${chain}`);
  if (chain.startsWith('-') || chain.startsWith('!'))
    return refused(`chain name not allowed to start with \`${chain.charAt(0)}'`);
  return value({ kind: 'new-chain', chain });
}

function withRule(
  chain: string | undefined,
  words: readonly string[],
  build: (rule: Rule, chain: string) => IptablesCommand,
): Reading<IptablesCommand> {
  if (chain === undefined) return refused('option requires an argument');
  const rule = readRule(words);
  return rule.kind === 'value' ? value(build(rule.value, chain)) : rule;
}
