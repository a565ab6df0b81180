/** The rules that one rule set has and another has not, chain by chain: what stands twice must stand twice there too. */
import type { Rule, RuleSet } from '../../core/iptables/model.ts';
import { printRule } from '../../core/iptables/print.ts';

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
