/**
 * Runs the text of iptables-restore on a table: `*nat`, chains, rules, COMMIT.
 *
 * Guarantees: a block is all or nothing: when one of its lines is refused, none of them is in the table that comes back,
 * and blocks that were committed before stay.
 * Limits: the table nat.
 */
import { isLongerThan } from './bytes.ts';
import { readCommand } from './command.ts';
import type { IptablesCommand } from './iptables-command.ts';
import type { HereLine } from './here-document.ts';
import { isBuiltIn } from './model.ts';
import { notUnderstood, refused, value, type NotUnderstood, type Reading, type Refused } from './reading.ts';
import { restoreWords } from './restore-words.ts';
import type { NatTable } from './table.ts';

export interface Restored {
  readonly table: NatTable;
  /** Rules that were taken, of which a match is not understood. */
  readonly opaque: readonly OpaqueLine[];
  /** The line that ended it; undefined when all of it was taken. */
  readonly stop: RestoreStop | undefined;
}

export interface OpaqueLine {
  readonly match: string;
  readonly line: HereLine;
}

export interface RestoreStop {
  readonly reading: Refused | NotUnderstood;
  readonly line: HereLine;
  /** Counted from 1, as in iptables-restore's messages. */
  readonly number: number;
}

/** What the buffers of iptables-restore hold. */
const LONGEST_LINE = 10_236;
const LONGEST_WORD = 1023;
const MOST_WORDS = 251;
/** Each block copies the table. */
const MOST_BLOCKS = 100;

/** @param flush whether a block begins with an empty table, as without --noflush */
export function restore(before: NatTable, lines: Iterable<HereLine>, flush: boolean): Restored {
  let table = before;
  let block: Block | undefined;
  let blocks = 0;
  let number = 0;
  let last: HereLine = { text: '', at: 0 };
  const opaque: OpaqueLine[] = [];
  for (const line of lines) {
    number += 1;
    last = line;
    const stop = (reading: Refused | NotUnderstood): Restored => ({
      table,
      opaque,
      stop: { reading, line, number },
    });
    const { text } = line;
    if (isLongerThan(text, LONGEST_LINE))
      return stop(notUnderstood('a line that iptables-restore cuts in two'));
    if (text === '' || text.startsWith('#')) continue;
    if (block === undefined) {
      if (!text.startsWith('*')) return stop(refused(`line ${number} failed`, 1));
      const opened = openTable(text);
      if (opened.kind !== 'value') return stop(opened);
      blocks += 1;
      if (blocks > MOST_BLOCKS) return stop(notUnderstood(`more than ${MOST_BLOCKS} blocks`));
      block = new Block(table, flush);
    } else if (text === 'COMMIT') {
      const committed = block.table.committed();
      if (committed.kind !== 'value') return stop(committed);
      table = committed.value;
      opaque.push(...block.opaque.slice(0, MOST_OPAQUE));
      block = undefined;
    } else {
      const applied = text.startsWith(':') ? block.declareChain(text) : block.apply(line);
      if (applied.kind !== 'value') return stop(applied);
    }
  }
  if (block === undefined) return { table, opaque, stop: undefined };
  const reading = refused(`COMMIT expected at line ${number + 1}`, 1);
  return { table, opaque, stop: { reading, line: last, number: number + 1 } };
}

/** Only the first are told to anybody. */
const MOST_OPAQUE = 100;

function openTable(text: string): Reading<undefined> {
  const [name = ''] = text.slice(1).split(/[ \t]+/);
  if (name === 'nat') return value(undefined);
  return /^(?:filter|mangle|raw|security)$/.test(name)
    ? notUnderstood(`the table ${name}`)
    : notUnderstood(`the table ${JSON.stringify(name)}`);
}

/** From `*nat` to COMMIT: what it makes of the table, which is nothing to the kernel before the end. */
class Block {
  readonly table: NatTable;
  readonly opaque: OpaqueLine[] = [];
  readonly #flush: boolean;

  constructor(before: NatTable, flush: boolean) {
    this.table = before.transaction();
    this.#flush = flush;
    if (flush) this.table.clear();
  }

  /** `:CHAIN POLICY [packets:bytes]` */
  declareChain(text: string): Reading<undefined> {
    const [chain = '', policy, counters, ...rest] = text.slice(1).split(/[ \t]+/);
    if (
      rest.some((word) => word !== '') ||
      (counters !== undefined && !/^(?:|\[\d+:\d+\])$/.test(counters))
    ) {
      return notUnderstood(`the chain line ${JSON.stringify(text)}`);
    }
    if (policy === undefined || policy === '') return notUnderstood('a chain line without a policy');
    if (isBuiltIn(chain)) {
      return policy === 'ACCEPT' || policy === '-'
        ? value(undefined)
        : notUnderstood(`the policy ${policy} of ${chain}`);
    }
    if (policy !== '-') return notUnderstood(`the policy ${policy} of a chain of one's own`);
    // The backends disagree about a chain that the block itself has made already.
    if (this.#flush && this.table.has(chain)) return notUnderstood(`the chain ${chain} once more`);
    const name = readCommand(['-N', chain], 'iptables-restore');
    // Here iptables-legacy looks at less of a name than in -N.
    return name.kind === 'value'
      ? this.table.declare(chain)
      : notUnderstood(`the chain ${JSON.stringify(chain)}`);
  }

  apply(line: HereLine): Reading<undefined> {
    const { text } = line;
    const words = restoreWords(text);
    if (words === undefined) return notUnderstood('a quote without its end');
    if (words.some((word) => isLongerThan(word, LONGEST_WORD))) return refused('Parameter too long!');
    if (words.length > MOST_WORDS) return refused('Parser cannot handle more arguments');
    const [first = ''] = words;
    const counted = text.startsWith('[');
    if (counted && !/^\[\d+:\d+\]$/.test(first)) return notUnderstood(`the counters ${first}`);
    const command = readCommand(counted ? words.slice(1) : words, 'iptables-restore');
    if (command.kind !== 'value') return command;
    const problem = uncertainInBlock(command.value);
    if (problem !== undefined) return notUnderstood(`${problem} in a block of iptables-restore`);
    const match = opaqueMatchOf(command.value);
    if (match !== undefined) this.opaque.push({ match, line });
    return this.table.apply(command.value);
  }
}

/** iptables-nft 1.8.9 crashes on some of these, and works on what the kernel had before the block with others. */
function uncertainInBlock(command: IptablesCommand): string | undefined {
  switch (command.kind) {
    case 'delete':
    case 'delete-at':
      return 'a command to delete';
    case 'replace':
      return 'a command to replace';
    case 'insert':
      return command.position > 1 ? 'a position' : undefined;
    case 'flush':
      return command.chain === undefined ? 'a command to flush every chain' : undefined;
    case 'append':
    case 'new-chain':
    case 'delete-chain':
    case 'policy':
      return undefined;
  }
}

/** What about the rules of a command is not understood, although their place is. */
export function opaqueMatchOf(command: IptablesCommand): string | undefined {
  const rules = 'rules' in command ? command.rules : 'rule' in command ? [command.rule] : [];
  const match = rules.flatMap(({ matches }) => matches).find(({ kind }) => kind === 'opaque');
  return match?.kind === 'opaque' ? `the match ${match.text}` : undefined;
}
