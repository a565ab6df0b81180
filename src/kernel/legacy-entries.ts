/**
 * Reads the entries of a legacy table as the kernel hands them out: linux/netfilter_ipv4/ip_tables.h, linux/netfilter/x_tables.h.
 *
 * An entry is a rule, but for the head of each chain of a user (target ERROR with the chain's name) and the last of each chain,
 * which is its policy or its way back. A chain of the kernel's begins where the table's description says.
 *
 * Guarantees: what leads out of the bytes, backwards or nowhere is refused; nothing is thrown.
 */
import type { ChainCounts, Count, TableCounts } from './counters-in-text.ts';

/** How the kernel describes a table: struct ipt_getinfo. */
export interface TableInfo {
  /** Where its own chains begin, by the number of the hook. */
  readonly hookEntries: ReadonlyMap<number, string>;
  /** Of all entries. */
  readonly size: number;
}

export const INFO_BYTES = 84;
export const NAME_BYTES = 32;

const VALID_HOOKS = 32;
const HOOK_ENTRIES = 36;
const SIZE = 80;
const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;

/** Of struct ipt_entry. */
const ENTRY = { target: 88, next: 90, packets: 96, bytes: 104, size: 112 } as const;
/** Of struct xt_entry_target, and of struct xt_error_target what follows it. */
const TARGET = { name: 2, data: 32, errorName: 30 } as const;

export function readTableInfo(bytes: Buffer): TableInfo | undefined {
  if (bytes.length < INFO_BYTES) return undefined;
  const valid = bytes.readUInt32LE(VALID_HOOKS);
  const hooks = HOOKS.flatMap((name, hook) =>
    ((valid >> hook) & 1) === 0 ? [] : [[bytes.readUInt32LE(HOOK_ENTRIES + 4 * hook), name] as const],
  );
  return { hookEntries: new Map(hooks), size: bytes.readUInt32LE(SIZE) };
}

export interface LegacyEntries {
  /** All that the kernel holds of them but the counters, which are zero here: the given bytes, changed. */
  readonly rules: Buffer;
  readonly counts: TableCounts;
}

/** @returns undefined where these are no such entries */
export function readLegacyEntries({ hookEntries }: TableInfo, bytes: Buffer): LegacyEntries | undefined {
  const chains = new Map<string, ChainCounts>();
  let chain: { readonly name: string; readonly isUsers: boolean; readonly counts: Count[] } | undefined;
  const end = (): void => {
    if (chain === undefined) return;
    const last = chain.counts.at(-1);
    chains.set(chain.name, {
      policy: chain.isUsers ? undefined : last,
      rules: chain.counts.slice(0, -1),
    });
  };
  for (let at = 0; at < bytes.length;) {
    const target = bytes.length - at < ENTRY.size ? 0 : bytes.readUInt16LE(at + ENTRY.target);
    const size = target === 0 ? 0 : bytes.readUInt16LE(at + ENTRY.next);
    if (target < ENTRY.size || size < target + TARGET.data || size > bytes.length - at) return undefined;
    const count = {
      packets: bytes.readBigUInt64LE(at + ENTRY.packets),
      bytes: bytes.readBigUInt64LE(at + ENTRY.bytes),
    };
    bytes.fill(0, at + ENTRY.packets, at + ENTRY.size);
    const head = headOf(bytes.subarray(at + target, at + size));
    const hook = hookEntries.get(at);
    if (head !== undefined || hook !== undefined) end();
    if (head !== undefined) chain = { name: head, isUsers: true, counts: [] };
    else if (hook !== undefined) chain = { name: hook, isUsers: false, counts: [count] };
    else if (chain === undefined) return undefined;
    else chain.counts.push(count);
    at += size;
  }
  // What stands after the last chain is an entry that says where the table ends, and no chain.
  return { rules: bytes, counts: chains };
}

/** The name of the chain that begins here. */
function headOf(target: Buffer): string | undefined {
  if (zeroEnded(target.subarray(TARGET.name, TARGET.data)) !== 'ERROR') return undefined;
  return zeroEnded(target.subarray(TARGET.data, TARGET.data + TARGET.errorName));
}

function zeroEnded(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
