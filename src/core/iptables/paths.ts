/**
 * Splits a traffic class by the rules that its packets match: every part takes one way through the chains.
 *
 * Where `propagate` asks what happens, this asks by which rules, to find the cause of a difference. It keeps ways apart
 * that end alike, so it is for the few packets of a difference, not for all there are.
 *
 * Guarantees: the parts are disjoint and together hold the class; undefined when there are more than `MOST_WAYS`.
 */
import type { Hook, Rule, RuleSet } from './model.ts';
import { isOpaque, restrictionOf } from './restriction.ts';
import type { Step } from './simulate.ts';
import { intersectClass, subtractClass, type Restriction, type TrafficClass } from './traffic-class.ts';
import type { Interfaces } from './universe.ts';

export interface Way {
  readonly packets: TrafficClass;
  /** The rules that all of the packets match, in order. */
  readonly steps: readonly Step[];
}

const MOST_WAYS = 2000;
const MOST_SPLITS = 200_000;
const DEEPEST_JUMP = 500;

export function waysThrough(
  rules: RuleSet,
  hook: Hook,
  packets: TrafficClass,
  interfaces: Interfaces,
): readonly Way[] | undefined {
  const ended: Way[] = [];
  const restrictions = new Map<Rule, Restriction>();
  let splits = 0;

  const restrictionFor = (rule: Rule): Restriction => {
    const known = restrictions.get(rule) ?? restrictionOf(rule, hook, interfaces);
    restrictions.set(rule, known);
    return known;
  };

  /** Answers the ways that come back undecided; undefined when there are too many. */
  const walk = (chain: string, entering: readonly Way[], depth: number): readonly Way[] | undefined => {
    const returned: Way[] = [];
    let staying = entering;
    for (const rule of rules.chains.get(chain) ?? []) {
      const restriction = restrictionFor(rule);
      const rest: Way[] = [];
      const matching: Way[] = [];
      splits += staying.length;
      for (const { packets: box, steps } of staying) {
        const match = intersectClass(box, restriction);
        if (match === undefined) rest.push({ packets: box, steps });
        else {
          matching.push({ packets: match, steps: [...steps, { chain, rule, depth }] });
          for (const left of subtractClass(box, restriction)) rest.push({ packets: left, steps });
        }
      }
      const { kind } = rule.target;
      if (matching.length > 0) {
        if (isOpaque(rule)) ended.push(...matching);
        else if (kind === 'return') returned.push(...matching);
        else if (kind === 'none') rest.push(...matching);
        else if (kind === 'jump' || kind === 'goto') {
          const back = depth < DEEPEST_JUMP ? walk(rule.target.chain, matching, depth + 1) : undefined;
          if (back === undefined) return undefined;
          (kind === 'jump' ? rest : returned).push(...back);
        } else ended.push(...matching);
      }
      if (rest.length + returned.length + ended.length > MOST_WAYS || splits > MOST_SPLITS) return undefined;
      staying = rest;
    }
    return [...returned, ...staying];
  };

  const left = walk(hook, [{ packets, steps: [] }], 0);
  return left === undefined ? undefined : [...ended, ...left];
}
