/**
 * What a change of the configuration does to traffic: the packets that a new pod's rules treat otherwise than those that it
 * would get now, each class with one that shows it.
 *
 * Limit: rules are compared as they are meant; whether osm-init could install them is another question.
 */
import { expectedRulesScript } from '../osm/expected-rules.ts';
import { shownDifferences, type Witness } from './difference.ts';
import type { Prospect } from './prospect.ts';
import { compareScript, runScript, type RuleComparison } from './rule-comparison.ts';

export interface TrafficChange {
  /** `tcp from uid not 1500 to 10.0.0.0/8` */
  readonly class: string;
  /** `redirect 15001` or `bypass` */
  readonly now: string;
  readonly then: string;
  readonly witness: Witness;
}

const known = new WeakMap<RuleComparison, readonly TrafficChange[]>();

/** Nothing where one of the two has no rules: that is said of the pod. */
export function trafficChanges(
  { judgement: before }: Prospect,
  { judgement: after }: Prospect,
): readonly TrafficChange[] {
  if (before?.config === undefined || after?.config === undefined) return [];
  if (before.dialect === undefined || before.intent === undefined || after.dialect === undefined) return [];
  const present = runScript(expectedRulesScript(before.dialect, before.intent), { POD_IP: null });
  const comparison = compareScript(after.dialect, after.intent, present);
  const changes = known.get(comparison) ?? changesOf(comparison);
  known.set(comparison, changes);
  return changes;
}

function changesOf({ outcome, expectedRules, installedRules }: RuleComparison): readonly TrafficChange[] {
  if (outcome === undefined) return [];
  const { differences, interfaces } = outcome;
  return shownDifferences(differences, interfaces, expectedRules, installedRules).map(
    ({ class: traffic, expected, installed, witness }) => {
      return { class: traffic, now: installed, then: expected, witness };
    },
  );
}

/** `tcp to 10.0.0.0/8: now redirect 15001, then bypass; for example 10.0.0.1:80 from uid 1000` */
export function trafficSentence({ class: traffic, now, then, witness }: TrafficChange): string {
  const from = witness.uid === null ? '' : ` from uid ${witness.uid}`;
  return `${traffic}: now ${now}, then ${then}; for example ${witness.destination}:${witness.port}${from}`;
}
