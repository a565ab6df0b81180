/** Says a set of addresses in the shortest of three ways: its networks, those that it lacks, or a network except some. */
import { network, printCidr, type Cidr } from './cidr.ts';
import { intervals, subtract, type IntervalSet } from './interval-set.ts';
import { addresses } from './restriction.ts';
import { ALL_ADDRESSES } from './universe.ts';

/** How many parts of a set are named before it is only counted. */
const MOST_PARTS = 6;

export function describeAddresses(set: IntervalSet): string {
  const direct = networksOf(set);
  const missing = networksOf(subtract(ALL_ADDRESSES, set));
  if (missing.length === 0) return printCidr(network(0, 0));
  const cover = coverOf(set);
  const holes = networksOf(subtract(addresses(cover), set));
  const ways = [
    { parts: direct.length, text: () => joined(direct.map(printCidr)) },
    { parts: missing.length, text: () => `anywhere but ${joined(missing.map(printCidr))}` },
    { parts: holes.length + 1, text: () => `${printCidr(cover)} except ${joined(holes.map(printCidr))}` },
  ];
  const best = ways.reduce((a, b) => (b.parts < a.parts ? b : a));
  return best.text();
}

/** `a, b, c`; of long lists the first, and how many more there are. */
export function joined(parts: readonly string[]): string {
  if (parts.length <= MOST_PARTS) return parts.join(', ');
  return `${parts.slice(0, MOST_PARTS).join(', ')} and ${parts.length - MOST_PARTS} more`;
}

/** The fewest networks that make up the set. */
function networksOf(set: IntervalSet): readonly Cidr[] {
  const networks: Cidr[] = [];
  for (const { from, to } of intervals(set)) {
    for (let address = from; address <= to;) {
      // The largest block that begins here and ends in time.
      let prefix = 32;
      while (prefix > 0 && address % 2 ** (33 - prefix) === 0 && address + 2 ** (33 - prefix) - 1 <= to)
        prefix -= 1;
      networks.push({ address, prefix });
      address += 2 ** (32 - prefix);
    }
  }
  return networks;
}

/** The smallest network that holds all of the set. */
function coverOf(set: IntervalSet): Cidr {
  const first = set[0] ?? 0;
  const last = set.at(-1) ?? 0;
  let prefix = 32;
  let address = first;
  while (address + 2 ** (32 - prefix) - 1 < last) {
    prefix -= 1;
    address = first - (first % 2 ** (32 - prefix));
  }
  return { address, prefix };
}
