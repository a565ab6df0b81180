/**
 * The rule sets of a pod, as far as they are known: those that it should have, those that its script leaves behind, and those in
 * its kernel, where that was looked into.
 * Those who show rules to people start here; the checks judge by more than this.
 */
import type { Execution } from '../iptables/execution.ts';
import type { RuleSet } from '../iptables/model.ts';
import { intentFor } from '../osm/intent.ts';
import { membership, type Membership } from '../osm/membership.ts';
import {
  judgementFor,
  likelyRelease,
  surroundingsFor,
  type AuditInput,
  type Judgement,
} from './judgement.ts';
import { liveRulesOf } from './live-rules.ts';
import { compareScript, NOT_RUN } from './rule-comparison.ts';

export interface PodRules {
  /** undefined when it is not known which rules the pod should have. */
  readonly expected: RuleSet | undefined;
  /** undefined when the pod does not carry a script, or one that is not understood to its end. */
  readonly installed: RuleSet | undefined;
  /** undefined when the kernel was not read, or what was read does not tell which rules apply. */
  readonly live: RuleSet | undefined;
}

export const NO_RULES: RuleSet = NOT_RUN.rules;

export function podRules(input: AuditInput): PodRules {
  const judgement = judgementFor(input);
  const installed = installedBy(judgement);
  const live = input.live && liveRulesOf(input.live, input.pod);
  return {
    expected: expectedRules(judgement, membership(input.pod, surroundingsFor(input)), input),
    installed: installed !== undefined && isKnown(installed) ? installed.rules : undefined,
    live: live?.kind === 'known' ? live.rules : undefined,
  };
}

/** Without an osm-init OSM installs nothing. */
export function installedBy({ init, installed }: Judgement): Execution | undefined {
  return init === undefined ? NOT_RUN : installed;
}

/** Whether the model knows all that the script leaves behind. */
export function isKnown({ ending }: Execution): boolean {
  return ending.kind !== 'not-understood';
}

/**
 * The rules of the pod's dialect with its exclusions, also where its script has failed or is missing; none for a pod that
 * the mesh does not concern. undefined where the dialect, or whether the pod should have rules, is not known.
 */
export function expectedRules(
  judgement: Judgement,
  belongs: Membership,
  { fork }: AuditInput,
): RuleSet | undefined {
  if (judgement.init === undefined) {
    if (belongs.kind === 'not-concerned') return NO_RULES;
    if (belongs.kind !== 'injected' && belongs.kind !== 'should-be-injected') return undefined;
  }
  const installed = installedBy(judgement);
  if (installed === undefined || !isKnown(installed)) return undefined;
  if (
    installed.ending.kind === 'completed' &&
    judgement.init !== undefined &&
    judgement.release === undefined
  ) {
    return undefined;
  }
  const { pod, config } = judgement;
  const release = likelyRelease(judgement, fork);
  const intent = config === undefined ? undefined : intentFor(pod, config, release);
  return compareScript(release.dialect, intent, installed).expectedRules;
}
