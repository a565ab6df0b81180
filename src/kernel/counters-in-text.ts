/**
 * Puts the present counters of rules into the text that a save program printed of the same rules.
 *
 * Guarantees: the counters of a rule are found by its chain and its place there, and where the text has other rules than the
 * kernel counted, nothing is said. Only what stands in the brackets changes. Linear in the text.
 */

export interface Count {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface ChainCounts {
  /** Of the policy; undefined where the chain has none. */
  readonly policy: Count | undefined;
  /** In the order of the rules. */
  readonly rules: readonly Count[];
}

/** By the name of the chain. */
export type TableCounts = ReadonlyMap<string, ChainCounts>;

const HEAD = /^(:(\S+) \S+) \[[0-9]+:[0-9]+\]$/;
const RULE = /^\[[0-9]+:[0-9]+\]( -A (\S+).*)$/;

/** @returns undefined where text and counters do not come out even */
export function withCounts(text: string, counts: TableCounts): string | undefined {
  const places = new Map<string, number>();
  let even = true;
  const lines = text.split('\n').map((line) => {
    const [, head, named] = HEAD.exec(line) ?? [];
    if (head !== undefined) {
      const policy = named === undefined ? undefined : counts.get(named)?.policy;
      return policy === undefined ? line : `${head} ${brackets(policy)}`;
    }
    const [, rule, chain] = RULE.exec(line) ?? [];
    if (rule === undefined || chain === undefined) return line;
    const place = places.get(chain) ?? 0;
    places.set(chain, place + 1);
    const count = counts.get(chain)?.rules[place];
    even &&= count !== undefined;
    return count === undefined ? line : brackets(count) + rule;
  });
  even &&= [...counts].every(([chain, { rules }]) => rules.length === (places.get(chain) ?? 0));
  return even ? lines.join('\n') : undefined;
}

function brackets({ packets, bytes }: Count): string {
  return `[${packets}:${bytes}]`;
}
