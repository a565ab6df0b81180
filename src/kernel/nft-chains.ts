/**
 * Reads what `nft -j list chains` prints: whether there is anything that iptables-nft-save could show of the nat table, and
 * which chains translate addresses without it.
 *
 * Guarantees: what is not of the expected shape is refused, since a chain that is not understood could be one that matters.
 * Limits: chains of family ip6 see no packet of IPv4 and are left out. Chains of other types than nat are not looked at.
 */
import * as v from 'valibot';

export interface NftChains {
  /** Whether table `ip nat` has chains. */
  readonly natTable: boolean;
  /** Base chains of type nat that iptables does not make, as nft names them: `inet mesh output`. */
  readonly native: readonly string[];
  /** All base chains of type nat in table `ip nat`, for where iptables-nft-save does not understand what is in them. */
  readonly inNatTable: readonly string[];
}

const chain = v.object({
  family: v.string(),
  table: v.string(),
  name: v.string(),
  type: v.optional(v.string()),
  hook: v.optional(v.string()),
  prio: v.optional(v.number()),
});
type Chain = v.InferOutput<typeof chain>;

/** Beside chains there is an entry about nft itself. */
const answer = v.object({ nftables: v.array(v.object({ chain: v.optional(chain) })) });

const OF_IPTABLES = [
  'PREROUTING prerouting -100',
  'INPUT input 100',
  'OUTPUT output -100',
  'POSTROUTING postrouting 100',
];

/** @returns undefined where the text is no such answer */
export function readNftChains(text: string): NftChains | undefined {
  const read = v.safeParse(answer, parsed(text));
  if (!read.success) return undefined;
  const chains = read.output.nftables.flatMap((entry) => entry.chain ?? []);
  const translating = chains.filter(({ family, type }) => type === 'nat' && /^(ip|inet)$/.test(family));
  return {
    natTable: chains.some(isInNatTable),
    native: translating.filter((each) => !isOfIptables(each)).map(nameOf),
    inNatTable: translating.filter(isInNatTable).map(nameOf),
  };
}

function isInNatTable({ family, table }: Chain): boolean {
  return family === 'ip' && table === 'nat';
}

function isOfIptables(each: Chain): boolean {
  return (
    isInNatTable(each) && OF_IPTABLES.includes(`${each.name} ${each.hook ?? ''} ${String(each.prio ?? '')}`)
  );
}

function nameOf({ family, table, name }: Chain): string {
  return `${family} ${table} ${name}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
