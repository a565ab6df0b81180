/**
 * Finds the cause of each difference: which rule is missing, too many, changed or in the wrong place.
 *
 * Every part of a difference takes one way through the expected rules and one through the installed ones. The rules on the
 * expected way that the pod's chain does not have are missing; those on the installed way that OSM would not write are too
 * many; where neither is the case, the order decides.
 *
 * Guarantees: every packet of every difference has exactly one cause. Pairs of a missing and an unexpected rule that
 * differ in a user or a port alone are one change, not two causes.
 */
import { printAppend } from '../iptables/print.ts';
import { simulate, type Step } from '../iptables/simulate.ts';
import { waysThrough, type Way } from '../iptables/paths.ts';
import type { Comparison, Difference } from '../iptables/compare.ts';
import type { Rule, RuleSet } from '../iptables/model.ts';
import { witness } from '../iptables/witness.ts';
import type { Dialect } from '../osm/dialect.ts';
import { exclusionOf, type Exclusion } from '../osm/exclusion-rule.ts';

export type Cause =
  | { readonly kind: 'exclusion-missing'; readonly exclusion: Exclusion }
  | { readonly kind: 'exclusion-extra'; readonly exclusion: Exclusion }
  /** Rules as `printAppend` prints them. */
  | { readonly kind: 'rules-missing'; readonly rules: readonly string[] }
  | { readonly kind: 'rules-unexpected'; readonly rules: readonly string[] }
  | { readonly kind: 'user-changed'; readonly expected: string; readonly installed: string }
  | { readonly kind: 'port-changed'; readonly expected: string; readonly installed: string }
  /** `late` should decide and is there; `early` decides before it, or nothing does. */
  | { readonly kind: 'order'; readonly late: string | undefined; readonly early: string | undefined };

/** Packets of one cause. */
export interface Attributed {
  readonly difference: Difference;
  readonly cause: Cause;
}

export function attribute(
  comparison: Comparison,
  expected: RuleSet,
  installed: RuleSet,
  dialect: Dialect,
): readonly Attributed[] {
  const parts = comparison.differences.flatMap((difference, i) =>
    i < MOST_SPLIT
      ? split(difference, comparison, expected, installed)
      : [partOfWitness(difference, comparison.interfaces, expected, installed)],
  );
  const inExpected = new Set(printAll(expected));
  const inInstalled = new Set(printAll(installed));
  const compared = parts.map((part) => ({
    ...part,
    missing: part.expectedSteps.filter((step) => !inInstalled.has(text(step))),
    unexpected: part.installedSteps.filter((step) => !inExpected.has(text(step))),
  }));
  const changes = findChanges(
    compared.flatMap(({ missing }) => missing),
    compared.flatMap(({ unexpected }) => unexpected),
  );
  const byRule = new Map(
    changes.flatMap((change) => [[change.expected, change] as const, [change.installed, change] as const]),
  );
  return compared.map((part) => ({ difference: part.difference, cause: causeOf(part, byRule, dialect) }));
}

/** Differences that are looked at packet by packet; of the others, which no mesh has, one witness speaks for all. */
const MOST_SPLIT = 40;

interface Part {
  readonly difference: Difference;
  readonly expectedSteps: readonly Step[];
  readonly installedSteps: readonly Step[];
}

interface ComparedPart extends Part {
  readonly missing: readonly Step[];
  readonly unexpected: readonly Step[];
}

/** Parts of a difference whose packets all take the same ways; where there are too many, one witness speaks for all. */
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
  return parts;
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

function causeOf(part: ComparedPart, changes: ReadonlyMap<string, Change>, dialect: Dialect): Cause {
  const { missing, unexpected, expectedSteps, installedSteps } = part;
  const [change] = [...missing, ...unexpected].flatMap((step) => changes.get(text(step)) ?? []);
  if (change !== undefined) return change;
  const decides = expectedSteps.at(-1);
  const decidesInstead = installedSteps.at(-1);
  if (decides !== undefined && missing.includes(decides)) {
    const exclusion = exclusionOf(decides.chain, decides.rule, dialect);
    if (exclusion !== undefined) return { kind: 'exclusion-missing', exclusion };
  }
  if (decidesInstead !== undefined && unexpected.includes(decidesInstead)) {
    const exclusion = exclusionOf(decidesInstead.chain, decidesInstead.rule, dialect);
    if (exclusion !== undefined) return { kind: 'exclusion-extra', exclusion };
  }
  if (missing.length > 0) return { kind: 'rules-missing', rules: missing.map(text) };
  if (unexpected.length > 0) return { kind: 'rules-unexpected', rules: unexpected.map(text) };
  const early = installedSteps.find(({ chain }) => chain === decides?.chain) ?? decidesInstead;
  return {
    kind: 'order',
    late: decides === undefined ? undefined : text(decides),
    early: early === undefined ? undefined : text(early),
  };
}

type Change = Extract<Cause, { kind: 'user-changed' | 'port-changed' }>;

/** Missing and unexpected rules of one chain that are the same rule but for a user or for the port of a redirect. */
function findChanges(missing: readonly Step[], unexpected: readonly Step[]): readonly Change[] {
  const present = new Map<string, Step>();
  for (const step of distinct(unexpected)) {
    for (const [kind, shape] of shapesOf(step)) present.set(`${kind} ${shape}`, step);
  }
  return distinct(missing).flatMap((step) => {
    return shapesOf(step).flatMap(([kind, shape]): readonly Change[] => {
      const other = present.get(`${kind} ${shape}`);
      return other === undefined ? [] : [{ kind, expected: text(step), installed: text(other) }];
    });
  });
}

/** A rule as it is without its user, and as it is without the port of its redirect, if it has them. */
function shapesOf({ chain, rule }: Step): readonly (readonly [Change['kind'], string])[] {
  return [
    ...(hasUser(rule) ? [['user-changed', printAppend(chain, withoutUser(rule))] as const] : []),
    ...(rule.target.kind === 'redirect'
      ? [['port-changed', printAppend(chain, withoutPort(rule))] as const]
      : []),
  ];
}

function distinct(steps: readonly Step[]): readonly Step[] {
  return [...new Map(steps.map((step) => [text(step), step])).values()];
}

function hasUser({ matches }: Rule): boolean {
  return matches.some(({ kind }) => kind === 'owner');
}

function withoutUser(rule: Rule): Rule {
  return {
    ...rule,
    matches: rule.matches.map((match) => (match.kind === 'owner' ? { ...match, from: 0, to: 0 } : match)),
  };
}

function withoutPort(rule: Rule): Rule {
  return rule.target.kind === 'redirect' ? { ...rule, target: { kind: 'redirect', port: 0 } } : rule;
}

/** Steps of many parts share their rules: each is printed once. */
const texts = new WeakMap<Rule, string>();

function text({ chain, rule }: Step): string {
  const known = texts.get(rule) ?? printAppend(chain, rule);
  texts.set(rule, known);
  return known;
}

function printAll({ chains }: RuleSet): readonly string[] {
  return [...chains].flatMap(([chain, rules]) => rules.map((rule) => printAppend(chain, rule)));
}
