/**
 * What the rules in the kernel are held against: those that the pod should have, and those that its script installs.
 *
 * Where the script is not carried or not understood, the rules in the kernel themselves tell the release.
 */
import type { RuleSet } from '../iptables/model.ts';
import { possibleReleases } from '../osm/recognise.ts';
import { intentFor } from '../osm/intent.ts';
import type { Attributed } from './attribution.ts';
import { bestFit, type Fit } from './best-fit.ts';
import { isConfigured } from './exclusion-words.ts';
import { likelyRelease, type Judgement } from './judgement.ts';
import { installedBy, isKnown } from './pod-rules.ts';
import { compareScript, NOT_RUN, type RuleComparison } from './rule-comparison.ts';

export interface Standard {
  /** The rules that the pod should have; without a configuration, those without exclusions. */
  readonly comparison: RuleComparison;
  /** How the kernel differs from them, but for what only a settled configuration could tell. */
  readonly attributed: readonly Attributed[];
  /** Whether the configuration is known and has settled. */
  readonly certain: boolean;
}

/** undefined when it is not known which rules the pod should have. */
export function standardFor(judgement: Judgement, live: RuleSet): Standard | undefined {
  const fit = fitOf(judgement, live);
  if (fit === undefined) return undefined;
  const { comparison, intent } = fit;
  const certain = intent !== undefined && judgement.settlesAt === undefined;
  const attributed = comparison.attributed.filter(({ cause }) => certain || !isConfigured(cause));
  return { comparison, attributed, certain };
}

function fitOf(judgement: Judgement, live: RuleSet): Fit | undefined {
  const { pod, config, fork } = judgement;
  const execution = { ...NOT_RUN, rules: live };
  const installed = installedBy(judgement);
  if (installed === undefined || !isKnown(installed)) {
    return bestFit({ pod, config, fork, candidates: possibleReleases(pod, live, fork) }, execution);
  }
  const ran = judgement.init !== undefined && installed.ending.kind === 'completed';
  if (ran && judgement.release === undefined) return undefined;
  const release = likelyRelease(judgement, fork);
  const intent = config === undefined ? undefined : intentFor(pod, config, release);
  return { release, intent, comparison: compareScript(release.dialect, intent, execution) };
}
