/**
 * Reads the arguments of one iptables command on the nat table, as getopt does: options in any order, each taking the next
 * word as its argument whatever it looks like.
 *
 * Guarantees: never throws; iptables' own refusal carries its message and exit status (1.8.9).
 * Limits: -N -A -I -D -R -F -X -P on the table nat, in the long and the short spelling. Other commands and tables, and
 * options written together with their argument (`--dport=80`, `-ptcp`), are not understood.
 */
import { buildCommand, type IptablesCommand, type Operation } from './iptables-command.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';
import { emptyDraft, type RuleDraft } from './rule-draft.ts';
import { ruleOption } from './rule-options.ts';
import { showVariables } from './variables.ts';

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
  return buildCommand({ operation, chain, detail, draft });
}
