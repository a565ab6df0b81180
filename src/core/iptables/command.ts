/**
 * Reads one simple command of a script as an iptables command on the nat table.
 *
 * Limits: `iptables -t nat` with -N, -A and -I. Other programs, tables and commands are not understood, nor is `-t` in
 * another place: behind an option iptables would take it for that option's argument.
 */
import { BUILT_IN_CHAINS, type Rule } from './model.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';
import { readRule } from './rule-reader.ts';

export type IptablesCommand =
  | { readonly kind: 'new-chain'; readonly chain: string }
  | { readonly kind: 'append'; readonly chain: string; readonly rule: Rule }
  /** `position` counts from 1, as in iptables. */
  | { readonly kind: 'insert'; readonly chain: string; readonly position: number; readonly rule: Rule };

const PROGRAMS = new Set(['iptables', '/sbin/iptables', '/usr/sbin/iptables']);
/** What every iptables takes for a chain's name: at most 28 bytes, and nothing that a kernel or a shell might read. */
const CHAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,27}$/;

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
    case '--insert':
      return readInsert(chain, rest);
    default:
      return notUnderstood(`the option ${operation} in the place of a command`);
  }
}

/** Takes `-t nat` off the front; without it iptables would work on the filter table. */
function takeTable(words: readonly string[]): Reading<readonly string[]> {
  const [option, name, ...rest] = words;
  if (option !== '-t' && option !== '--table')
    return notUnderstood('a command that does not begin with -t nat');
  if (name === undefined) return refused('option "-t" requires an argument');
  if (name !== 'nat') return notUnderstood(`the table ${JSON.stringify(name)}`);
  return rest.includes('-t') || rest.includes('--table') ? notUnderstood('a second -t') : value(rest);
}

function readInsert(chain: string | undefined, rest: readonly string[]): Reading<IptablesCommand> {
  const [first = ''] = rest;
  const numbered = /^[1-9][0-9]{0,8}$/.test(first);
  // iptables would read `01`, `+1` and ` 1` as positions too.
  if (!numbered && /^[\s+]*[0-9]/.test(first)) return notUnderstood(`the position ${JSON.stringify(first)}`);
  const position = numbered ? Number(first) : 1;
  const build = (rule: Rule, name: string): IptablesCommand => ({
    kind: 'insert',
    chain: name,
    position,
    rule,
  });
  return withRule(chain, numbered ? rest.slice(1) : rest, build);
}

function readNewChain(chain: string | undefined, rest: readonly string[]): Reading<IptablesCommand> {
  const [extra] = rest;
  if (chain === undefined) return refused('option "-N" requires an argument');
  if (extra !== undefined) return refused(`Bad argument \`${extra}'`);
  if (!CHAIN_NAME.test(chain) || mayBeExtension(chain)) {
    return notUnderstood(`the chain name ${JSON.stringify(chain)}, which iptables may refuse`);
  }
  return value({ kind: 'new-chain', chain });
}

/** Whether the name may be a target of its own, which depends on the machine: LOG, NFQUEUE, TOS and so on. */
export function mayBeExtension(name: string): boolean {
  const builtIn = (BUILT_IN_CHAINS as readonly string[]).includes(name);
  return (!builtIn && /^[A-Z][A-Z0-9]+$/.test(name)) || name === 'standard';
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
