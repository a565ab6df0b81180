/**
 * Cuts differences into parts whose packets all take the same way through the expected rules and the same through the
 * installed ones: what differs there has one cause.
 *
 * Limits: of differences that are many, which no mesh has, and of ways that are too many, one witness speaks for all.
 */
import type { Comparison, Difference } from '../iptables/compare.ts';
import type { RuleSet } from '../iptables/model.ts';
import { waysThrough, type Way } from '../iptables/paths.ts';
import { simulate, type Step } from '../iptables/simulate.ts';
import { intersectClass } from '../iptables/traffic-class.ts';
import { universe } from '../iptables/universe.ts';
import { witness } from '../iptables/witness.ts';

export interface Part {
  readonly difference: Difference;
  readonly expectedSteps: readonly Step[];
  readonly installedSteps: readonly Step[];
}

/** Differences that are cut; of each of the others one packet is looked at. */
const MOST_SPLIT = 40;

export function partsOf(comparison: Comparison, expected: RuleSet, installed: RuleSet): readonly Part[] {
  return comparison.differences.flatMap((difference, i) =>
    i < MOST_SPLIT
      ? split(difference, comparison, expected, installed)
      : [partOfWitness(difference, comparison.interfaces, expected, installed)],
  );
}

function split(
  difference: Difference,
  { interfaces }: Comparison,
  expected: RuleSet,
  installed: RuleSet,
): readonly Part[] {
  const { hook, packets } = difference;
  const parts: Part[] = [];
  for (const way of waysThrough(expected, hook, packets, interfaces) ?? [undefined]) {
    const ways = way === undefined ? undefined : waysThrough(installed, hook, way.packets, interfaces);
    if (way === undefined || ways === undefined)
      return [partOfWitness(difference, interfaces, expected, installed)];
    parts.push(...ways.map((other) => partOf(difference, way, other)));
  }
  // A difference may speak of "any interface" where only one is possible; what cannot exist has no cause.
  const all = universe(hook, interfaces);
  return parts.filter((part) =>
    all.some((box) => intersectClass(box, part.difference.packets) !== undefined),
  );
}

function partOf(difference: Difference, expected: Way, installed: Way): Part {
  return {
    difference: { ...difference, packets: installed.packets },
    expectedSteps: expected.steps,
    installedSteps: installed.steps,
  };
}

function partOfWitness(
  difference: Difference,
  interfaces: Comparison['interfaces'],
  expected: RuleSet,
  installed: RuleSet,
): Part {
  const packet = witness(difference.hook, difference.packets, interfaces);
  return {
    difference,
    expectedSteps: simulate(expected, packet)?.steps ?? [],
    installedSteps: simulate(installed, packet)?.steps ?? [],
  };
}
