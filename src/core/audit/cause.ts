/**
 * The causes that a difference can have, and how they are told by the rules that its packets meet.
 */
import type { Cidr } from '../iptables/cidr.ts';
import type { Rule, RuleSet } from '../iptables/model.ts';
import { printAppend } from '../iptables/print.ts';
import type { Step } from '../iptables/simulate.ts';
import type { Dialect } from '../osm/dialect.ts';
import { exclusionOf, includedRangeOf, isRestRule, type Exclusion } from '../osm/exclusion-rule.ts';
import type { Setting } from '../osm/mesh-config.ts';
import type { Part } from './difference-parts.ts';

export type Cause =
  | { readonly kind: 'exclusion-missing'; readonly exclusion: Exclusion }
  | { readonly kind: 'exclusion-extra'; readonly exclusion: Exclusion }
  /** An included range is missing or too many; without a network it is all the rest of the traffic. */
  | { readonly kind: 'inclusion-missing'; readonly network: Cidr | undefined }
  | { readonly kind: 'inclusion-extra'; readonly network: Cidr | undefined }
  /** The rule that one setting of the configuration brings along. */
  | { readonly kind: 'setting-missing'; readonly setting: RuleSetting; readonly rule: string }
  | { readonly kind: 'setting-extra'; readonly setting: RuleSetting; readonly rule: string }
  /** Rules as `printAppend` prints them. */
  | { readonly kind: 'rules-missing'; readonly rules: readonly string[] }
  | { readonly kind: 'rules-unexpected'; readonly rules: readonly string[] }
  | { readonly kind: 'user-changed'; readonly expected: string; readonly installed: string }
  | { readonly kind: 'port-changed'; readonly expected: string; readonly installed: string }
  /** `late` should decide and is there; `early` decides before it, or nothing does. */
  | { readonly kind: 'order'; readonly late: string | undefined; readonly early: string | undefined };

/** A rule that is the same but for a user, or for the port of a redirect. */
export type Change = Extract<Cause, { kind: 'user-changed' | 'port-changed' }>;

/** What can be told by the rules alone, without knowing what they are for. */
export type RuleCause = Change | Extract<Cause, { kind: 'rules-missing' | 'rules-unexpected' | 'order' }>;

/** Settings that are one rule each; both change the destination. */
export type RuleSetting = Extract<Setting, 'podIpMode' | 'dnsProxy'>;

/** A rule with the chain that it stands in. */
export type PlacedRule = Pick<Step, 'chain' | 'rule'>;

/** A part, with the rules on its ways that the other side does not have. */
export interface ComparedPart extends Part {
  readonly missing: readonly Step[];
  readonly unexpected: readonly Step[];
}

/** Causes that are known by what the rule is for. */
export function listCause(
  part: ComparedPart,
  dialect: Dialect,
  inclusive: boolean,
  shared: ReadonlySet<RuleSetting>,
): Cause | undefined {
  const { missing, unexpected, difference } = part;
  for (const [steps, kind] of [
    [missing, 'setting-missing'],
    [unexpected, 'setting-extra'],
  ] as const) {
    for (const step of steps) {
      const setting = settingOf(step.rule);
      // Where both have a rule for it, the rule is another one, and the setting is the same.
      if (setting !== undefined && !shared.has(setting)) return { kind, setting, rule: text(step) };
    }
  }
  if (!inclusive) return undefined;
  const step = [...missing, ...unexpected].find(({ chain, rule }) => {
    return includedRangeOf(chain, rule, dialect) !== undefined || isRestRule(chain, rule, dialect);
  });
  if (step === undefined) return undefined;
  const range = [...missing, ...unexpected].flatMap(
    (each) => includedRangeOf(each.chain, each.rule, dialect) ?? [],
  );
  const kind = difference.installed.kind === 'bypass' ? 'inclusion-missing' : 'inclusion-extra';
  return { kind, network: range[0] };
}

/** The settings that some rule of the set is for. */
export function settingsOf({ chains }: RuleSet): ReadonlySet<RuleSetting> {
  return new Set([...chains.values()].flat().flatMap((rule) => settingOf(rule) ?? []));
}

/** The proxy reaches the application by the pod's own address, or answers the pod's DNS queries. */
function settingOf({ target, matches }: Rule): RuleSetting | undefined {
  if (target.kind !== 'dnat') return undefined;
  if (typeof target.address === 'object') return 'podIpMode';
  return matches.some((match) => match.kind === 'protocol' && match.protocol === 'udp')
    ? 'dnsProxy'
    : undefined;
}

/** An exclusion that decides on one side and is not on the other. Where only included ranges are redirected, the rest is none. */
export function exclusionCause(part: ComparedPart, dialect: Dialect, inclusive: boolean): Cause | undefined {
  const { missing, unexpected, expectedSteps, installedSteps } = part;
  for (const [steps, foreign, kind] of [
    [expectedSteps, missing, 'exclusion-missing'],
    [installedSteps, unexpected, 'exclusion-extra'],
  ] as const) {
    const decides = steps.at(-1);
    if (decides === undefined || !foreign.includes(decides)) continue;
    if (inclusive && isRestRule(decides.chain, decides.rule, dialect)) continue;
    const exclusion = exclusionOf(decides.chain, decides.rule, dialect);
    if (exclusion !== undefined) return { kind, exclusion };
  }
  return undefined;
}

export function ruleCause(part: ComparedPart): RuleCause {
  const { missing, unexpected, expectedSteps, installedSteps } = part;
  if (missing.length > 0) return { kind: 'rules-missing', rules: missing.map(text) };
  if (unexpected.length > 0) return { kind: 'rules-unexpected', rules: unexpected.map(text) };
  const decides = expectedSteps.at(-1);
  const early = installedSteps.find(({ chain }) => chain === decides?.chain) ?? installedSteps.at(-1);
  return {
    kind: 'order',
    late: decides === undefined ? undefined : text(decides),
    early: early === undefined ? undefined : text(early),
  };
}

/** What a finding names of it: rules, or sentences about two of them; none of what a list is for. */
export function rulesOf(cause: Cause): readonly string[] {
  switch (cause.kind) {
    case 'rules-missing':
    case 'rules-unexpected':
      return cause.rules;
    case 'user-changed':
    case 'port-changed':
      return [`${cause.installed} instead of ${cause.expected}`];
    case 'order':
      if (cause.late === undefined)
        return cause.early === undefined ? [] : [`${cause.early} comes too early`];
      return [
        cause.early === undefined ? `${cause.late} is not reached` : `${cause.early} before ${cause.late}`,
      ];
    case 'setting-missing':
    case 'setting-extra':
      return [cause.rule];
    case 'exclusion-missing':
    case 'exclusion-extra':
    case 'inclusion-missing':
    case 'inclusion-extra':
      return [];
  }
}

/** Steps of many parts share their rules: each is printed once. */
const texts = new WeakMap<Rule, string>();

export function text({ chain, rule }: PlacedRule): string {
  const known = texts.get(rule) ?? printAppend(chain, rule);
  texts.set(rule, known);
  return known;
}
