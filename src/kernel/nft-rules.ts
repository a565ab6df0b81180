/**
 * Reads what nftables answers about its generation, its chains and the rules of `ip nat`: linux/netfilter/nf_tables.h.
 *
 * Guarantees: what is not of the expected shape is refused; nothing is thrown. The messages that were read hold afterwards all
 * that they held but for counters, which are zero.
 */
import type { ChainCounts, Count, TableCounts } from './counters-in-text.ts';
import {
  attributeOf,
  readAttributes,
  readNetfilter,
  textAttribute,
  textOf,
  type Message,
  type Question,
} from './netlink.ts';

const NFTABLES = 10 << 8; // NFNL_SUBSYS_NFTABLES
const AF_UNSPEC = 0;
const NFPROTO_IPV4 = 2;
const TABLE = 'nat';

const RULE = { table: 1, chain: 2, expressions: 4 } as const;
const CHAIN = { table: 1, name: 3, counters: 8 } as const;
const EXPRESSION = { name: 1, data: 2 } as const;
const COUNTER = { bytes: 1, packets: 2 } as const;
const GENERATION_ID = 1;

export const GENERATION: Question = { type: NFTABLES | 16, dump: false, family: AF_UNSPEC };
export const CHAINS: Question = { type: NFTABLES | 4, dump: true, family: AF_UNSPEC };
export const NAT_RULES: Question = {
  type: NFTABLES | 7,
  dump: true,
  family: NFPROTO_IPV4,
  attributes: textAttribute(RULE.table, TABLE),
};

/** Every change of the rules raises it. */
export function readGeneration([message]: readonly Message[]): number | undefined {
  const id = message && attributeOf(readNetfilter(message)?.attributes ?? [], GENERATION_ID);
  return id?.length === 4 ? id.readUInt32BE() : undefined;
}

/** @returns undefined where the messages are no answers to `CHAINS` and `NAT_RULES` */
export function readNatCounts(
  chains: readonly Message[],
  rules: readonly Message[],
): TableCounts | undefined {
  const counts = new Map<string, { readonly policy: Count | undefined; readonly rules: Count[] }>();
  for (const message of chains) {
    const { family, attributes } = readNetfilter(message) ?? NOTHING;
    const name = textOf(attributeOf(attributes, CHAIN.name));
    if (name === undefined) return undefined;
    const counters = attributeOf(attributes, CHAIN.counters);
    const policy = counters && takeCount(counters);
    if (counters !== undefined && policy === undefined) return undefined;
    if (family === NFPROTO_IPV4 && textOf(attributeOf(attributes, CHAIN.table)) === TABLE)
      counts.set(name, { policy, rules: [] });
  }
  for (const message of rules) {
    const { attributes } = readNetfilter(message) ?? NOTHING;
    const chain = counts.get(textOf(attributeOf(attributes, RULE.chain)) ?? '');
    const count = takeRuleCount(attributeOf(attributes, RULE.expressions));
    if (chain === undefined || count === undefined) return undefined;
    chain.rules.push(count);
  }
  return counts satisfies ReadonlyMap<string, ChainCounts>;
}

const NO_BYTES = Buffer.alloc(0);
const NOTHING = { family: undefined, attributes: [] } as const;
const NONE: Count = { packets: 0n, bytes: 0n };

/** Of a rule without a counter none; undefined where there are several. */
function takeRuleCount(list: Buffer = NO_BYTES): Count | undefined {
  const expressions = readAttributes(list);
  let count: Count | undefined;
  for (const { payload } of expressions ?? []) {
    const expression = readAttributes(payload);
    if (expression === undefined) return undefined;
    if (textOf(attributeOf(expression, EXPRESSION.name)) !== 'counter') continue;
    const counted = takeCount(attributeOf(expression, EXPRESSION.data));
    if (counted === undefined || count !== undefined) return undefined;
    count = counted;
  }
  return expressions && (count ?? NONE);
}

/** Leaves zero where the counters were. */
function takeCount(nested: Buffer = NO_BYTES): Count | undefined {
  const attributes = readAttributes(nested) ?? [];
  const packets = attributeOf(attributes, COUNTER.packets);
  const bytes = attributeOf(attributes, COUNTER.bytes);
  if (packets?.length !== 8 || bytes?.length !== 8) return undefined;
  const count = { packets: packets.readBigUInt64BE(), bytes: bytes.readBigUInt64BE() };
  packets.fill(0);
  bytes.fill(0);
  return count;
}
