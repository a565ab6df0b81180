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
import type { Comparison, Difference } from '../iptables/compare.ts';
import type { Rule, RuleSet } from '../iptables/model.ts';
import { printAppend } from '../iptables/print.ts';
import type { Dialect } from '../osm/dialect.ts';
import { hasInclusions } from '../osm/exclusion-rule.ts';
import {
  exclusionCause,
  listCause,
  ruleCause,
  settingsOf,
  text,
  type Cause,
  type Change,
  type ComparedPart,
  type PlacedRule,
  type RuleCause,
} from './cause.ts';
import { partsOf } from './difference-parts.ts';

/** Packets of one cause. */
export interface Attributed<C extends Cause = Cause> {
  readonly difference: Difference;
  readonly cause: C;
}

export function attribute(
  comparison: Comparison,
  expected: RuleSet,
  installed: RuleSet,
  dialect: Dialect,
): readonly Attributed[] {
  const { parts, changes } = partsAndChanges(comparison, expected, installed);
  const inclusive = hasInclusions(expected, dialect) || hasInclusions(installed, dialect);
  const present = settingsOf(installed);
  const shared = new Set([...settingsOf(expected)].filter((setting) => present.has(setting)));
  return parts.map((part) => {
    const cause =
      exclusionCause(part, dialect, inclusive) ??
      changeOf(part, changes) ??
      listCause(part, dialect, inclusive, shared) ??
      ruleCause(part);
    return { difference: part.difference, cause };
  });
}

/** The same by the rules alone, whatever they are for: between what was installed and what has become of it. */
export function attributeToRules(
  comparison: Comparison,
  before: RuleSet,
  after: RuleSet,
): readonly Attributed<RuleCause>[] {
  const { parts, changes } = partsAndChanges(comparison, before, after);
  return parts.map((part) => ({
    difference: part.difference,
    cause: changeOf(part, changes) ?? ruleCause(part),
  }));
}

function partsAndChanges(
  comparison: Comparison,
  expected: RuleSet,
  installed: RuleSet,
): { readonly parts: readonly ComparedPart[]; readonly changes: ReadonlyMap<string, Change> } {
  const inExpected = new Set(placedRules(expected).map(text));
  const inInstalled = new Set(placedRules(installed).map(text));
  const parts = partsOf(comparison, expected, installed).map((part) => ({
    ...part,
    missing: part.expectedSteps.filter((step) => !inInstalled.has(text(step))),
    unexpected: part.installedSteps.filter((step) => !inExpected.has(text(step))),
  }));
  const changes = findChanges(
    placedRules(expected).filter((step) => !inInstalled.has(text(step))),
    placedRules(installed).filter((step) => !inExpected.has(text(step))),
  );
  const byRule = new Map(
    changes.flatMap((change) => [[change.expected, change] as const, [change.installed, change] as const]),
  );
  return { parts, changes: byRule };
}

function changeOf(
  { missing, unexpected }: ComparedPart,
  changes: ReadonlyMap<string, Change>,
): Change | undefined {
  return [...missing, ...unexpected]
    .map((step) => changes.get(text(step)))
    .find((change) => change !== undefined);
}

/** Missing and unexpected rules of one chain that are the same rule but for a user or for the port of a redirect. */
function findChanges(missing: readonly PlacedRule[], unexpected: readonly PlacedRule[]): readonly Change[] {
  const present = new Map<string, PlacedRule>();
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
function shapesOf({ chain, rule }: PlacedRule): readonly (readonly [Change['kind'], string])[] {
  return [
    ...(hasUser(rule) ? [['user-changed', printAppend(chain, withoutUser(rule))] as const] : []),
    ...(rule.target.kind === 'redirect'
      ? [['port-changed', printAppend(chain, withoutPort(rule))] as const]
      : []),
  ];
}

function distinct(steps: readonly PlacedRule[]): readonly PlacedRule[] {
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

function placedRules({ chains }: RuleSet): readonly PlacedRule[] {
  return [...chains].flatMap(([chain, rules]) => rules.map((rule) => ({ chain, rule })));
}
