/**
 * Compares two chains rule by rule, in order.
 *
 * What goes in: the expected and the installed rules of one chain. What comes out: the rules that are missing, the ones
 * that are unexpected, and the ones that are there but in another order.
 * Limits: rules are compared by their normal form, not by what they do to packets, so a rule that can never match still
 * counts as missing.
 */
import type { Rule } from './model.ts';
import { printRule } from './print.ts';

export type RuleDifference =
  | { readonly kind: 'missing'; readonly chain: string; readonly rule: Rule }
  | { readonly kind: 'unexpected'; readonly chain: string; readonly rule: Rule }
  | { readonly kind: 'misplaced'; readonly chain: string; readonly rule: Rule };

export function compareChain(
  chain: string,
  expected: readonly Rule[],
  installed: readonly Rule[],
): readonly RuleDifference[] {
  const wanted = expected.map(printRule);
  const unmatched = countTexts(wanted);
  const unexpected: Rule[] = [];
  const common: Rule[] = [];
  for (const rule of installed) {
    (take(unmatched, printRule(rule)) ? common : unexpected).push(rule);
  }
  // Walking backwards leaves the last of equal rules as the missing one, as a reader would count them.
  const missing = expected.toReversed().filter((rule) => take(unmatched, printRule(rule)));
  const inOrder = countTexts(longestCommonSubsequence(wanted, common.map(printRule)));
  const misplaced = common.filter((rule) => !take(inOrder, printRule(rule)));
  return [
    ...missing.toReversed().map((rule) => ({ kind: 'missing', chain, rule }) as const),
    ...unexpected.map((rule) => ({ kind: 'unexpected', chain, rule }) as const),
    ...misplaced.map((rule) => ({ kind: 'misplaced', chain, rule }) as const),
  ];
}

/** Chains that only one side has count as empty on the other. */
export function compareChains(
  expected: ReadonlyMap<string, readonly Rule[]>,
  installed: ReadonlyMap<string, readonly Rule[]>,
): readonly RuleDifference[] {
  const names = new Set([...expected.keys(), ...installed.keys()]);
  return [...names].flatMap((name) =>
    compareChain(name, expected.get(name) ?? [], installed.get(name) ?? []),
  );
}

function countTexts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, text: string): boolean {
  const count = counts.get(text) ?? 0;
  if (count > 0) counts.set(text, count - 1);
  return count > 0;
}

/** Both lists hold the same few rules, so the quadratic table is small: at most the expected chain squared. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): readonly string[] {
  let row: readonly (readonly string[])[] = Array.from({ length: b.length + 1 }, () => []);
  for (const left of a) {
    const next: (readonly string[])[] = [[]];
    b.forEach((right, i) => {
      const diagonal = row[i] ?? [];
      const above = row[i + 1] ?? [];
      const before = next[i] ?? [];
      next.push(left === right ? [...diagonal, right] : above.length >= before.length ? above : before);
    });
    row = next;
  }
  return row[b.length] ?? [];
}
