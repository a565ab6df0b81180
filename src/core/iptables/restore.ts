/**
 * Runs the text of iptables-restore on a table: `*nat`, chains, rules, COMMIT.
 *
 * Guarantees: a block is all or nothing: when one of its lines is refused, none of them is in the table that comes back,
 * and blocks that were committed before stay.
 * Limits: the table nat.
 */
import { isLongerThan } from './bytes.ts';
import { readCommand } from './command.ts';
import type { HereLine } from './here-document.ts';
import { isBuiltIn } from './model.ts';
import { notUnderstood, refused, value, type NotUnderstood, type Reading, type Refused } from './reading.ts';
import { restoreWords } from './restore-words.ts';
import { NatTable } from './table.ts';

export interface Restored {
  readonly table: NatTable;
  /** The line that ended it; undefined when all of it was taken. */
  readonly stop: RestoreStop | undefined;
}

export interface RestoreStop {
  readonly reading: Refused | NotUnderstood;
  readonly line: HereLine;
  /** Counted from 1, as in iptables-restore's messages. */
  readonly number: number;
}

/** @param flush whether a block begins with an empty table, as without --noflush */
export function restore(before: NatTable, lines: Iterable<HereLine>, flush: boolean): Restored {
  let table = before;
  /** The table of the open block, not committed yet. */
  let draft: NatTable | undefined;
  let number = 0;
  let last: HereLine | undefined;
  for (const line of lines) {
    number += 1;
    last = line;
    const stop = (reading: Refused | NotUnderstood): Restored => ({ table, stop: { reading, line, number } });
    const { text } = line;
    if (text === '' || text.startsWith('#')) continue;
    if (draft === undefined) {
      if (!text.startsWith('*')) return stop(refused(`line ${number} failed`, 1));
      const opened = openTable(text);
      if (opened.kind !== 'value') return stop(opened);
      draft = new NatTable(table);
      if (flush) draft.clear();
    } else if (text === 'COMMIT') {
      table = draft;
      draft = undefined;
    } else {
      const applied = text.startsWith(':') ? declareChain(draft, text) : applyLine(draft, text);
      if (applied.kind !== 'value') return stop(applied);
    }
  }
  if (draft === undefined) return { table, stop: undefined };
  const line = last ?? { text: '', at: 0 };
  const reading = refused(`COMMIT expected at line ${number + 1}`, 1);
  return { table, stop: { reading, line, number: number + 1 } };
}

function openTable(text: string): Reading<undefined> {
  const [name = ''] = text.slice(1).split(/[ \t]+/);
  if (name === 'nat') return value(undefined);
  return /^(?:filter|mangle|raw|security)$/.test(name)
    ? notUnderstood(`the table ${name}`)
    : notUnderstood(`the table ${JSON.stringify(name)}`);
}

/** `:CHAIN POLICY [packets:bytes]` */
function declareChain(table: NatTable, text: string): Reading<undefined> {
  const [chain = '', policy, counters, ...rest] = text.slice(1).split(/[ \t]+/);
  if (rest.some((word) => word !== '') || (counters !== undefined && !/^(?:|\[\d+:\d+\])$/.test(counters))) {
    return notUnderstood(`the chain line ${JSON.stringify(text)}`);
  }
  if (policy === undefined || policy === '') return notUnderstood('a chain line without a policy');
  if (isBuiltIn(chain)) {
    return policy === 'ACCEPT' || policy === '-'
      ? value(undefined)
      : notUnderstood(`the policy ${policy} of ${chain}`);
  }
  if (policy !== '-') return notUnderstood(`the policy ${policy} of a chain of one's own`);
  const name = readCommand(['-N', chain], 'iptables-restore');
  // Here iptables-legacy looks at less of a name than in -N.
  return name.kind === 'value' ? table.declare(chain) : notUnderstood(`the chain ${JSON.stringify(chain)}`);
}

/** What the buffers of iptables-restore hold. */
const LONGEST_WORD = 1023;
const MOST_WORDS = 251;

function applyLine(table: NatTable, text: string): Reading<undefined> {
  const words = restoreWords(text);
  if (words === undefined) return notUnderstood('a quote without its end');
  if (words.some((word) => isLongerThan(word, LONGEST_WORD))) return refused('Parameter too long!');
  if (words.length > MOST_WORDS) return refused('Parser cannot handle more arguments');
  const [first = ''] = words;
  const counted = text.startsWith('[');
  if (counted && !/^\[\d+:\d+\]$/.test(first)) return notUnderstood(`the counters ${first}`);
  const command = readCommand(counted ? words.slice(1) : words, 'iptables-restore');
  if (command.kind !== 'value') return command;
  // Within a block iptables-nft 1.8.9 crashes on some of them.
  const { kind } = command.value;
  if (kind === 'delete' || kind === 'delete-at' || kind === 'replace')
    return notUnderstood(
      `a command to ${kind === 'replace' ? kind : 'delete'} in a block of iptables-restore`,
    );
  return table.apply(command.value);
}
