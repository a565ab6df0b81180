/**
 * One iptables command on the nat table, put together from what its options said.
 *
 * Guarantees: what iptables checks when it has read all options is checked here, with its messages (1.8.9).
 */
import { checkChainName } from './chain-name.ts';
import { isBuiltIn, type Rule } from './model.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';
import { finishRules, type RuleDraft } from './rule-draft.ts';
import { showVariables } from './variables.ts';

/** Positions count from 1. Several rules come from several destinations in one command. */
export type IptablesCommand =
  | { readonly kind: 'new-chain'; readonly chain: string }
  | { readonly kind: 'delete-chain'; readonly chain: string }
  /** Of every chain when none is named. */
  | { readonly kind: 'flush'; readonly chain: string | undefined }
  /** The policy is ACCEPT: nat takes no other. */
  | { readonly kind: 'policy'; readonly chain: string }
  | { readonly kind: 'append'; readonly chain: string; readonly rules: readonly Rule[] }
  | {
      readonly kind: 'insert';
      readonly chain: string;
      readonly position: number;
      readonly rules: readonly Rule[];
    }
  | { readonly kind: 'replace'; readonly chain: string; readonly position: number; readonly rule: Rule }
  | { readonly kind: 'delete'; readonly chain: string; readonly rules: readonly Rule[] }
  | { readonly kind: 'delete-at'; readonly chain: string; readonly position: number };

export type Operation = '-N' | '-A' | '-I' | '-D' | '-R' | '-F' | '-X' | '-P';

/** The words that a command consists of: a position or a policy may stand behind the chain. */
export interface CommandParts {
  readonly operation: Operation;
  readonly chain: string | undefined;
  readonly detail: string | undefined;
  readonly draft: RuleDraft;
}

export function buildCommand({ operation, chain, detail, draft }: CommandParts): Reading<IptablesCommand> {
  if (chain === undefined) {
    return operation === '-F' && isEmpty(draft)
      ? value({ kind: 'flush', chain })
      : notUnderstood(`${operation} of all chains`);
  }
  const name = checkChainName(chain, operation === '-N');
  if (name.kind !== 'value') return name;
  switch (operation) {
    case '-N':
    case '-F':
    case '-X':
    case '-P':
      return isEmpty(draft)
        ? buildChainCommand(operation, chain, detail)
        : notUnderstood(`${operation} with the options of a rule`);
    case '-A':
    case '-I':
    case '-D':
    case '-R':
      return buildRuleCommand(operation, chain, detail, draft);
  }
}

function buildChainCommand(
  operation: '-N' | '-F' | '-X' | '-P',
  chain: string,
  detail: string | undefined,
): Reading<IptablesCommand> {
  switch (operation) {
    case '-N':
      return value({ kind: 'new-chain', chain });
    case '-F':
      return value({ kind: 'flush', chain });
    case '-X':
      return value({ kind: 'delete-chain', chain });
    case '-P':
      if (detail === undefined) return refused('-P requires a chain and a policy');
      if (detail === 'DROP') {
        return refused(
          'The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.',
        );
      }
      return detail === 'ACCEPT' ? value({ kind: 'policy', chain }) : notUnderstood(`the policy ${detail}`);
  }
}

function buildRuleCommand(
  operation: '-A' | '-I' | '-D' | '-R',
  chain: string,
  detail: string | undefined,
  draft: RuleDraft,
): Reading<IptablesCommand> {
  const position = detail === undefined ? undefined : readPosition(detail);
  if (position !== undefined && position.kind !== 'value') return position;
  if (operation === '-R' && position === undefined) return refused('-R requires a rule number');
  if (operation === '-D' && position !== undefined) {
    return isEmpty(draft)
      ? value({ kind: 'delete-at', chain, position: position.value })
      : notUnderstood('-D with a number and a rule');
  }
  const rules = finishRules(draft);
  if (rules.kind !== 'value') return rules;
  const misplaced = misplacedInterface(chain, draft);
  if (misplaced !== undefined) return refused(misplaced);
  switch (operation) {
    case '-A':
      return value({ kind: 'append', chain, rules: rules.value });
    case '-D':
      return value({ kind: 'delete', chain, rules: rules.value });
    case '-I':
      return value({ kind: 'insert', chain, position: position?.value ?? 1, rules: rules.value });
    case '-R': {
      const [rule, second] = rules.value;
      if (rule === undefined || second !== undefined)
        return refused('Replacement rule does not specify a unique address');
      return value({ kind: 'replace', chain, position: position?.value ?? 1, rule });
    }
  }
}

/** A built-in chain sees packets before or after they have an interface of the other direction. */
function misplacedInterface(chain: string, draft: RuleDraft): string | undefined {
  const inbound = chain === 'PREROUTING' || chain === 'INPUT';
  if (inbound && draft.outInterface !== undefined) return `Can't use -o with ${chain}`;
  if (isBuiltIn(chain) && !inbound && draft.inInterface !== undefined) return `Can't use -i with ${chain}`;
  return undefined;
}

function readPosition(text: string): Reading<number> {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return value(Number(text));
  // iptables would read `01`, `+1` and ` 1` as positions too.
  return /^[\s+]*0*[0-9]/.test(text) && !/^0+$/.test(text)
    ? notUnderstood(`the position ${JSON.stringify(text)}`)
    : refused(`Invalid rule number \`${showVariables(text)}'`);
}

function isEmpty(draft: RuleDraft): boolean {
  return Object.keys(draft).length === 2 && draft.opaque.length === 0 && draft.modules.length === 0;
}
