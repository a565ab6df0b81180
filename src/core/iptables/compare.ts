/**
 * Compares two rule sets by what happens to packets.
 *
 * Guarantees: a packet that can exist is in a difference exactly when the two sets treat it differently, and in exactly
 * one; rule sets of the same meaning give none, whatever they look like. What is not understood on either side is set
 * apart as undecided.
 */
import { subtract } from './interval-set.ts';
import { HOOKS, type Hook, type RuleSet } from './model.ts';
import { printVerdict, type Verdict } from './packet.ts';
import { MOST_CLASSES, propagate, type Outcome } from './propagate.ts';
import { intersectClass, mergeClasses, type TrafficClass } from './traffic-class.ts';
import { Interfaces, LOOPBACK_ADDRESSES, universe } from './universe.ts';

/** Packets that one pair of verdicts is true of. */
export interface Difference {
  readonly hook: Hook;
  readonly packets: TrafficClass;
  readonly expected: Verdict;
  readonly installed: Verdict;
}

export interface Comparison {
  /** What the numbers of interfaces in the classes stand for. */
  readonly interfaces: Interfaces;
  readonly differences: readonly Difference[];
  /** Where one of the verdicts is unknown. */
  readonly undecided: readonly Difference[];
  /** Hooks where the installed rules let every packet pass, although the expected ones do not. */
  readonly bypassed: readonly Hook[];
}

/** undefined when the rules are too complex to be compared. */
export function compare(expected: RuleSet, installed: RuleSet): Comparison | undefined {
  const interfaces = new Interfaces([expected, installed]);
  const found: Difference[] = [];
  const bypassed: Hook[] = [];
  for (const hook of HOOKS) {
    const packets = universe(hook, interfaces);
    const wanted = propagate(expected, hook, packets, interfaces);
    const present = propagate(installed, hook, packets, interfaces);
    if (wanted === undefined || present === undefined) return undefined;
    if (!onlyBypass(wanted.outcomes) && onlyBypass(present.outcomes)) bypassed.push(hook);
    const differences = differencesAt(hook, interfaces, wanted.outcomes, present.outcomes);
    if (differences === undefined) return undefined;
    found.push(...differences);
  }
  const isUndecided = (difference: Difference): boolean =>
    difference.expected.kind === 'unknown' || difference.installed.kind === 'unknown';
  return {
    interfaces,
    differences: found.filter((difference) => !isUndecided(difference)),
    undecided: found.filter(isUndecided),
    bypassed,
  };
}

function onlyBypass(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ verdict }) => verdict.kind === 'bypass');
}

function differencesAt(
  hook: Hook,
  interfaces: Interfaces,
  expected: readonly Outcome[],
  installed: readonly Outcome[],
): readonly Difference[] | undefined {
  const groups = new Map<string, { readonly verdicts: readonly [Verdict, Verdict]; boxes: TrafficClass[] }>();
  let count = 0;
  for (const wanted of expected) {
    for (const present of installed) {
      const key = `${printVerdict(wanted.verdict)} ${printVerdict(present.verdict)}`;
      const same = printVerdict(wanted.verdict) === printVerdict(present.verdict);
      if (same && wanted.verdict.kind !== 'unknown') continue;
      const common = intersectClass(wanted.packets, present.packets);
      if (common === undefined) continue;
      const group = groups.get(key) ?? { verdicts: [wanted.verdict, present.verdict], boxes: [] };
      groups.set(key, group);
      group.boxes.push(widenLoopback(hook, interfaces, common));
      count += 1;
      if (count > MOST_CLASSES) return undefined;
    }
  }
  return [...groups.values()].flatMap(({ verdicts: [wanted, present], boxes }) =>
    mergeClasses(boxes).map((packets) => ({ hook, packets, expected: wanted, installed: present })),
  );
}

/**
 * What goes to 127.0.0.0/8 leaves by lo and nothing else: saying "by any interface" of it adds no packet that can exist,
 * and lets it be joined with the rest of the traffic.
 */
function widenLoopback(hook: Hook, interfaces: Interfaces, box: TrafficClass): TrafficClass {
  if (hook !== 'OUTPUT' || subtract(box.destination, LOOPBACK_ADDRESSES).length > 0) return box;
  return { ...box, interface: interfaces.all };
}
