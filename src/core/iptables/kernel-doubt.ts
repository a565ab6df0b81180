/**
 * Rules that iptables takes but the kernel refuses when they can be reached from a hook where they make no sense.
 *
 * Limits: when the kernel refuses depends on the backend and on what stands before the rule, so such a rule set is only
 * doubted, and its script not understood.
 */
import { BUILT_IN_CHAINS, type Rule, type RuleSet } from './model.ts';

export interface Doubt {
  readonly rule: Rule;
  readonly reason: string;
}

/** The first rule that the kernel may refuse; undefined when there is none. */
export function kernelDoubt(rules: RuleSet): Doubt | undefined {
  for (const hook of BUILT_IN_CHAINS) {
    const reached = new Set<string>();
    const waiting: string[] = [hook];
    for (let chain = waiting.pop(); chain !== undefined; chain = waiting.pop()) {
      reached.add(chain);
      for (const rule of rules.chains.get(chain) ?? []) {
        const reason = doubtAt(hook, rule);
        if (reason !== undefined) return { rule, reason };
        if (rule.target.kind === 'jump' && !reached.has(rule.target.chain)) waiting.push(rule.target.chain);
      }
    }
  }
  return loopIn(rules);
}

function doubtAt(hook: (typeof BUILT_IN_CHAINS)[number], rule: Rule): string | undefined {
  const inbound = hook === 'PREROUTING' || hook === 'INPUT';
  if (inbound && rule.matches.some(({ kind }) => kind === 'owner')) return `a match on the owner in ${hook}`;
  if ((hook === 'INPUT' || hook === 'POSTROUTING') && rule.target.kind === 'redirect')
    return `REDIRECT in ${hook}`;
  if (rule.target.kind === 'jump' && (BUILT_IN_CHAINS as readonly string[]).includes(rule.target.chain)) {
    return `a jump to the built-in chain ${rule.target.chain}`;
  }
  return undefined;
}

/** Chains that lead back to themselves: depth first, each chain once. */
function loopIn(rules: RuleSet): Doubt | undefined {
  const done = new Set<string>();
  for (const start of rules.chains.keys()) {
    /** The way from the start, each chain with the rules that are still to follow. */
    const path: { readonly chain: string; readonly rules: readonly Rule[]; next: number }[] = [];
    const onPath = new Set<string>();
    const enter = (chain: string): void => {
      onPath.add(chain);
      path.push({ chain, rules: rules.chains.get(chain) ?? [], next: 0 });
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const rule = top.rules[top.next];
      top.next += 1;
      if (rule === undefined) {
        done.add(top.chain);
        onPath.delete(top.chain);
        path.pop();
      } else if (rule.target.kind === 'jump' && !done.has(rule.target.chain)) {
        const { chain } = rule.target;
        if (onPath.has(chain)) return { rule, reason: 'a loop of chains' };
        enter(chain);
      }
    }
  }
  return undefined;
}
