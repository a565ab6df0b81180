/**
 * Reads the arguments of one iptables command on the nat table, as getopt does: options in any order, each taking the next
 * word as its argument whatever it looks like.
 *
 * Guarantees: never throws; iptables' own refusal carries its message and exit status (1.8.9).
 * Limits: -N -A -I -D -R -F -X -P on the table nat, in the long and the short spelling. Other commands and tables, and
 * options written together with their argument (`--dport=80`, `-ptcp`), are not understood.
 */
import { isBuiltIn, type Rule } from './model.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';
import { emptyDraft, finishRules, type RuleDraft } from './rule-draft.ts';
import { ruleOption } from './rule-options.ts';
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

type Operation = '-N' | '-A' | '-I' | '-D' | '-R' | '-F' | '-X' | '-P';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    '--new-chain': '-N',
    '--append': '-A',
    '--insert': '-I',
    '--delete': '-D',
    '--replace': '-R',
    '--flush': '-F',
    '--delete-chain': '-X',
    '--policy': '-P',
  } as const).flatMap(([long, short]) => [[long, short] as const, [short, short] as const]),
);
const LONG_NAMES: Readonly<Record<Operation, string>> = {
  '-N': '--new-chain',
  '-A': '--append',
  '-I': '--insert',
  '-D': '--delete',
  '-R': '--replace',
  '-F': '--flush',
  '-X': '--delete-chain',
  '-P': '--policy',
};
/** These change nothing about what a command does. */
const HARMLESS = new Set(['-v', '--verbose', '-4', '--ipv4']);
const OTHER_TABLES = new Set(['filter', 'mangle', 'raw', 'security']);

/** What has been read so far. */
interface Given {
  readonly draft: RuleDraft;
  table?: string;
  operation?: Operation;
  chain?: string;
  /** The word behind the chain: a position or a policy. */
  detail?: string;
}

/** @param words the arguments, without the program's name. @param restoring set in the text of iptables-restore, where the block names the table */
export function readCommand(
  words: readonly string[],
  restoring?: 'iptables-restore',
): Reading<IptablesCommand> {
  const given: Given = { draft: emptyDraft() };
  let negated = false;
  for (let i = 0; i < words.length;) {
    const word = words[i] ?? '';
    i += 1;
    if (word === '!') {
      if (negated) return refused('multiple consecutive ! not allowed');
      negated = true;
      continue;
    }
    const step = readOption(given, word, words.slice(i, i + 3), negated, restoring);
    if (step.kind !== 'value') return step;
    i += step.value;
    negated = false;
  }
  if (negated) return refused('nothing appropriate following !');
  return finish(given, restoring === undefined ? undefined : 'nat');
}

/** Answers how many of the next words the option has taken. */
function readOption(
  given: Given,
  word: string,
  next: readonly string[],
  negated: boolean,
  restoring: string | undefined,
): Reading<number> {
  if (!word.startsWith('-') || word === '-') return refused(`Bad argument \`${showVariables(word)}'`);
  const operation = OPERATIONS.get(word);
  if (operation !== undefined) return readOperation(given, operation, next, negated);
  if (word === '-t' || word === '--table') {
    if (negated) return refused('unexpected ! flag before --table');
    if (restoring !== undefined) return refused(`The -t option cannot be used in ${restoring}`);
    const [name] = next;
    if (name === undefined) return refused(`option "${word}" requires an argument`);
    if (given.table !== undefined) return notUnderstood('a second -t');
    given.table = name;
    return value(1);
  }
  if (word === '-w' || word === '--wait') {
    if (negated) return notUnderstood('! before -w');
    return restoring === undefined ? readWait(next[0]) : refused(`You cannot use \`-w' from ${restoring}`);
  }
  if (HARMLESS.has(word))
    return negated || restoring !== undefined ? notUnderstood(`${word} here`) : value(0);
  const option = ruleOption(word, given.draft);
  if (option === undefined) return notUnderstood(`the option ${JSON.stringify(showVariables(word))}`);
  if (next.length < option.argumentCount) return refused(`option "${word}" requires an argument`);
  const applied = option.apply(given.draft, next.slice(0, option.argumentCount), negated);
  return applied.kind === 'value' ? value(option.argumentCount) : applied;
}

function readOperation(
  given: Given,
  operation: Operation,
  next: readonly string[],
  negated: boolean,
): Reading<number> {
  if (negated) return refused(`unexpected '!' flag before ${LONG_NAMES[operation]}`);
  if (given.operation !== undefined) return refused(`Cannot use ${operation} with ${given.operation}`);
  given.operation = operation;
  const [chain, detail] = next;
  const optional = operation === '-F' || operation === '-X';
  if (chain === undefined || (optional && isOption(chain))) {
    return optional ? value(0) : refused(`option "${operation}" requires an argument`);
  }
  given.chain = chain;
  const takesDetail = operation === '-I' || operation === '-D' || operation === '-R' || operation === '-P';
  if (!takesDetail || detail === undefined || isOption(detail)) return value(1);
  given.detail = detail;
  return value(2);
}

/** `-w` may be followed by seconds. */
function readWait(next: string | undefined): Reading<number> {
  if (next === undefined || isOption(next)) return value(0);
  return /^[0-9]{1,6}$/.test(next) ? value(1) : notUnderstood(`the time to wait ${JSON.stringify(next)}`);
}

function isOption(word: string): boolean {
  return word.startsWith('-') || word.startsWith('!');
}

function finish(given: Given, implied: 'nat' | undefined): Reading<IptablesCommand> {
  const { operation, chain, detail, draft, table = implied } = given;
  if (operation === undefined) return refused('no command specified');
  if (table === undefined) return notUnderstood('a command on the table filter, as it has no -t nat');
  if (OTHER_TABLES.has(table)) return notUnderstood(`the table ${table}`);
  if (table !== 'nat') return refused(`table '${showVariables(table)}' does not exist`, 3);
  return build(operation, chain, detail, draft);
}

function build(
  operation: Operation,
  chain: string | undefined,
  detail: string | undefined,
  draft: RuleDraft,
): Reading<IptablesCommand> {
  if (chain === undefined) {
    return operation === '-F' ? value({ kind: 'flush', chain }) : notUnderstood(`${operation} of all chains`);
  }
  const name = checkChainName(operation, chain);
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

/** Targets of iptables and of its usual additions: a chain may not be called like one that the image has. */
const EXTENSIONS = new Set(
  [
    'ACCEPT DROP RETURN QUEUE REDIRECT DNAT SNAT MASQUERADE LOG MARK',
    'AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNPT DSCP ECN ERROR HL HMARK IDLETIMER LED MIRROR',
    'NETMAP NFLOG NFQUEUE NOTRACK RATEEST REJECT SAME SECMARK SET SNPT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY',
    'TRACE TTL ULOG ACCOUNT CHAOS DELUDE DHCPMAC DNETMAP ECHO IPMARK LOGMARK PROTO SYSRQ TARPIT standard',
  ].flatMap((line) => line.split(' ')),
);
/** These every iptables has. */
const CERTAIN = new Set([
  'ACCEPT',
  'DROP',
  'RETURN',
  'QUEUE',
  'REDIRECT',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'LOG',
  'MARK',
]);

function checkChainName(operation: Operation, chain: string): Reading<undefined> {
  if (new TextEncoder().encode(chain).length > 28) {
    return refused(`chain name \`${showVariables(chain)}' too long (must be under 29 chars)`);
  }
  if (operation !== '-N') return value(undefined);
  if (/^[-!]/.test(chain)) {
    return refused(`chain name not allowed to start with \`${chain.charAt(0)}'`);
  }
  if (CERTAIN.has(chain)) return refused('chain name may not clash with target name');
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(chain) && !mayBeExtension(chain)
    ? value(undefined)
    : notUnderstood(`the chain name ${JSON.stringify(showVariables(chain))}, which iptables may refuse`);
}

/** Whether the name may be a target of its own, which depends on the image. */
export function mayBeExtension(name: string): boolean {
  return EXTENSIONS.has(name);
}

function isEmpty(draft: RuleDraft): boolean {
  return Object.keys(draft).length === 2 && draft.opaque.length === 0 && draft.modules.length === 0;
}
