/**
 * The rule sets that there are: many pods share those that are expected, installed and live.
 *
 * Guarantees: quick for thousands of pods of which each has rules of its own: pairs are told apart by the sets themselves, which
 * judgement keeps one of for one script, and only those that the page shows are looked at closer.
 */
import type { PodRules } from '../core/audit/pod-rules.ts';
import type { RuleSet } from '../core/iptables/model.ts';
import { printSave } from '../core/iptables/print.ts';
import { digest } from './digest.ts';
import type { PagePod } from './page-input.ts';

export interface RulePair {
  /** The anchor on the page. */
  readonly id: string;
  readonly rules: PodRules;
  readonly pods: readonly PagePod[];
}

export interface RulePairs {
  /** Of the most pods first. */
  readonly shown: readonly RulePair[];
  /** How many there are beyond. */
  readonly more: number;
  /** The same text for pods of the same pair, also of those that are not shown. */
  readonly keys: ReadonlyMap<PagePod, string>;
}

const MOST_PAIRS = 100;

/** Pods that need no rules, or of which none are known, have none. */
export function pairRules(pods: readonly PagePod[]): RulePairs {
  const numbers = new Map<RuleSet | undefined, number>();
  const numberOf = (rules: RuleSet | undefined): number => {
    const number = numbers.get(rules) ?? numbers.size;
    numbers.set(rules, number);
    return number;
  };
  const keys = new Map<PagePod, string>();
  const found = new Map<string, { readonly rules: PodRules; readonly pods: PagePod[] }>();
  for (const pod of pods) {
    const { expected, installed, live } = pod.rules;
    if (pod.report.status === 'NotApplicable' || (expected ?? installed ?? live) === undefined) continue;
    const key = [expected, installed, live].map(numberOf).join(' ');
    keys.set(pod, key);
    const pair = found.get(key) ?? { rules: pod.rules, pods: [] };
    found.set(key, pair);
    pair.pods.push(pod);
  }
  const sorted = [...found.values()].sort((a, b) => b.pods.length - a.pods.length);
  const shown = new Map<string, RulePair>();
  for (const { rules, pods: its } of sorted.slice(0, MOST_PAIRS)) {
    const id = `rules-${digest(...[rules.expected, rules.installed, rules.live].map(textOf))}`;
    shown.set(id, { id, rules, pods: [...(shown.get(id)?.pods ?? []), ...its] });
  }
  return { shown: [...shown.values()], more: Math.max(sorted.length - MOST_PAIRS, 0), keys };
}

function textOf(rules: RuleSet | undefined): string {
  return rules === undefined ? '' : printSave(rules);
}
