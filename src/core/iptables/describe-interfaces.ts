/**
 * Says which interfaces are in a set: `net1`, `eth+ but not eth0`, `any interface but lo, net1`.
 *
 * A region is named as a rule would name it, and what differs from the region around it is said apart.
 */
import { EVERY_INTERFACE } from './interface-name.ts';
import { contains, equal, intersect, intervals, type IntervalSet } from './interval-set.ts';
import type { Interfaces } from './universe.ts';

/** @param possible those that a packet can come by; empty words when they are all in the set */
export function describeInterfaces(set: IntervalSet, possible: IntervalSet, interfaces: Interfaces): string {
  if (equal(intersect(set, possible), possible)) return '';
  const parts = partsOf(set, possible, interfaces);
  const plain = parts.filter(({ exceptions }) => exceptions.length === 0);
  const limited = parts.filter(({ exceptions }) => exceptions.length > 0);
  return [
    ...(plain.length === 0 ? [] : [plain.map(({ name }) => name).join(', ')]),
    ...limited.map(({ name, exceptions }) => {
      return `${name === EVERY_INTERFACE ? 'any interface but' : `${name} but not`} ${exceptions.join(', ')}`;
    }),
  ].join(' or ');
}

interface Part {
  readonly name: string;
  /** What is inside it by its name and is not in the set. */
  readonly exceptions: string[];
}

function partsOf(set: IntervalSet, possible: IntervalSet, interfaces: Interfaces): readonly Part[] {
  const parts = new Map<number, Part>();
  const partOf = (number: number): Part => {
    const part = parts.get(number) ?? { name: interfaces.patternOf(number), exceptions: [] };
    parts.set(number, part);
    return part;
  };
  /** The outermost region whose part a region of the set belongs to. */
  const outermost = (region: number): number => {
    const around = interfaces.regionAround(region);
    return around !== undefined && contains(set, around) ? outermost(around) : region;
  };
  for (const { from, to } of intervals(possible)) {
    for (let number = from; number <= to; number += 1) {
      const around = interfaces.regionAround(number);
      const inside = around !== undefined && contains(set, around);
      if (inside && !contains(set, number))
        partOf(outermost(around)).exceptions.push(interfaces.patternOf(number));
      if (!inside && contains(set, number)) partOf(number);
    }
  }
  return [...parts.values()];
}
