/**
 * Whether exactly the configured exclusions and inclusions are in force. Missing and extra ones are different findings: an
 * extra exclusion lets traffic escape the mesh.
 *
 * An exclusion counts by what it does: one that lies within another, or is written in another way, changes nothing.
 */
import { failedByRefusal } from '../../iptables/execution.ts';
import type { Attributed } from '../attribution.ts';
import { shownDifferences, type Difference } from '../difference.ts';
import {
  isConfigured,
  isListCause,
  LIST_FINDING_NAMES,
  LIST_SENTENCES,
  listFindingOf,
  listValues,
  type ListDifference,
  type ListFindingName,
} from '../exclusion-words.ts';
import { finding, type Finding } from '../finding.ts';
import { annotateTemplateCommand, recreateCommand } from '../fix.ts';
import { historyOf } from '../history.ts';
import type { Check, Judgement } from '../judgement.ts';
import { enumerate } from '../quote.ts';
import type { RuleComparison } from '../rule-comparison.ts';

/** Without a configuration nobody knows which exclusions there should be. */
export const checkExclusions: Check = (judgement) => {
  const { comparison, installed, intent, settlesAt } = judgement;
  if (comparison === undefined || intent === undefined) return [];
  if (installed === undefined || failedByRefusal(installed)) return [];
  if (settlesAt !== undefined) {
    if (!comparison.attributed.some(({ cause }) => isConfigured(cause))) return [];
    const message =
      'The pod was created around the time of a change of the configuration, and its exclusions are not those of now; the injector may still have had the former ones.';
    return [finding('ConfigSettling', message)];
  }
  return listsOf(comparison).map((each) => listFinding(judgement, each));
};

/** What is wrong with one kind of list, whatever pod it is. */
interface WrongList {
  readonly name: ListFindingName;
  readonly values: readonly string[];
  readonly differences: readonly Difference[];
}

/** Thousands of pods share a comparison; putting it into words costs more than making it. */
const known = new WeakMap<RuleComparison, readonly WrongList[]>();

function listsOf(comparison: RuleComparison): readonly WrongList[] {
  const lists = known.get(comparison) ?? LIST_FINDING_NAMES.flatMap((name) => wrongList(comparison, name));
  known.set(comparison, lists);
  return lists;
}

function wrongList(
  { outcome, attributed, expectedRules, installedRules }: RuleComparison,
  name: ListFindingName,
): readonly WrongList[] {
  const all = attributed.flatMap(listDifference).filter(({ cause }) => listFindingOf(cause) === name);
  if (all.length === 0 || outcome === undefined) return [];
  const differences = shownDifferences(
    all.map((each) => each.attributed.difference),
    outcome.interfaces,
    expectedRules,
    installedRules,
  );
  return [{ name, values: listValues(all), differences }];
}

function listDifference(attributed: Attributed): readonly ListDifference[] {
  const { cause } = attributed;
  return isListCause(cause) ? [{ attributed, cause }] : [];
}

function listFinding(judgement: Judgement, { name, values, differences }: WrongList): Finding {
  const history = historyOf(judgement, name, values);
  const { config, pod, intent } = judgement;
  const annotated = intent?.annotations.some(({ list }) => list === 'outboundRanges') === true;
  const by = annotated ? 'configuration or annotation' : 'the configuration';
  return finding(name, `${history?.sentence ?? ''}${LIST_SENTENCES[name](enumerate(values), by)}`, {
    fix:
      history?.annotation === undefined
        ? recreateCommand(pod)
        : annotateTemplateCommand(pod, history.annotation),
    evidence: {
      ...(config === undefined ? {} : { source: config.source }),
      ...(history === undefined ? {} : { cause: history.cause }),
      values,
      differences,
    },
  });
}
