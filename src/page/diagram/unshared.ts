/** What two rule sets have in common, chain by chain, by the text of rules. */
import type { Rule, RuleSet } from '../../core/iptables/model.ts';
import { printRule } from '../../core/iptables/print.ts';

/** The rules that one has and another has not: what stands twice must stand twice there too. */
export function unsharedRules(rules: RuleSet, other: RuleSet): ReadonlySet<Rule> {
  const unshared = new Set<Rule>();
  for (const [chain, list] of rules.chains) {
    const there = new Map<string, number>();
    for (const text of (other.chains.get(chain) ?? []).map(printRule))
      there.set(text, (there.get(text) ?? 0) + 1);
    for (const rule of list) {
      const text = printRule(rule);
      const left = there.get(text) ?? 0;
      if (left === 0) unshared.add(rule);
      else there.set(text, left - 1);
    }
  }
  return unshared;
}

/** Whether both have the same rules in the same order; a chain without rules is as good as none. */
export function sameRules(one: RuleSet, other: RuleSet): boolean {
  return [...new Set([...one.chains.keys(), ...other.chains.keys()])].every(
    (chain) => textOf(one, chain) === textOf(other, chain),
  );
}

function textOf({ chains }: RuleSet, chain: string): string {
  return (chains.get(chain) ?? []).map(printRule).join('\n');
}
