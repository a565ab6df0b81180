/**
 * Whether the kernel does to the pod's traffic what it should: expected, installed and live held against each other.
 *
 * Says nothing where nobody has looked, and nothing before osm-init has ended. What is told of the script by other findings
 * is here only that the kernel follows it.
 */
import { failedByRefusal, type Execution } from '../../iptables/execution.ts';
import { isBuiltIn } from '../../iptables/model.ts';
import { finding, type Finding } from '../finding.ts';
import type { Check, Judgement } from '../judgement.ts';
import { changeFindings, liveFinding, placed } from '../live-change.ts';
import { liveRulesOf, type KnownRules } from '../live-rules.ts';
import { brokenRun, hasRun, lastExitCode } from '../live-run.ts';
import { standardFor, type Standard } from '../live-standard.ts';
import { installedBy, isKnown } from '../pod-rules.ts';
import { enumerate, quote } from '../quote.ts';
import { compareRules, type Change } from '../rule-comparison.ts';

export const checkLive: Check = (judgement) => {
  const { live, pod } = judgement;
  if (live === undefined || !hasRun(judgement)) return [];
  const known = liveRulesOf(live, pod);
  if (known.kind === 'not-known') {
    return [finding(known.name, known.message, known.evidence && { evidence: known.evidence })];
  }
  const standard = standardFor(judgement, known.rules);
  const installed = installedBy(judgement);
  const script = installed !== undefined && isKnown(installed) ? installed : undefined;
  if (script === undefined) return withoutScript(judgement, known, standard);
  const change = compareRules(script.rules, known.rules);
  const undecided = undecidedIn(known, [change, standard?.comparison]);
  if (change.outcome === undefined) return undecided;
  return [
    ...undecided,
    ...(change.attributed.length === 0
      ? asScript(judgement, known, script, standard)
      : otherThanScript(judgement, known, script, standard, change)),
  ];
};

/** The rules themselves tell what they should be, if they are near those of a release. */
function withoutScript(
  judgement: Judgement,
  known: KnownRules,
  standard: Standard | undefined,
): readonly Finding[] {
  if (standard === undefined)
    return [
      unjudged(
        'The script of osm-init is not known, and the rules in the kernel are not those of a known release.',
      ),
    ];
  const { expectedRules } = standard.comparison;
  const undecided = undecidedIn(known, [standard.comparison]);
  if (standard.comparison.outcome === undefined) return undecided;
  if (standard.attributed.length === 0) {
    return [...undecided, ...(standard.certain ? [] : [unjudged(UNCERTAIN)])];
  }
  const change = compareRules(expectedRules, known.rules);
  const sets = { expected: expectedRules, installed: undefined, live: known.rules };
  return [...undecided, ...changeFindings(judgement, change, sets)];
}

/** The kernel does what the script installs: what is wrong is wrong in both. */
function asScript(
  judgement: Judgement,
  { rules }: KnownRules,
  script: Execution,
  standard: Standard | undefined,
): readonly Finding[] {
  if (standard === undefined)
    return [
      unjudged(
        'The kernel does what the script of osm-init installs. Which rules the pod should have is not known.',
      ),
    ];
  const { comparison, attributed, certain } = standard;
  if (attributed.length > 0) {
    const [name, message] = followed(judgement, script);
    const sets = { expected: comparison.expectedRules, installed: script.rules, live: rules };
    return [liveFinding(name, judgement, comparison, sets, attributed, message)];
  }
  if (!certain) return [unjudged(`The kernel does what the script of osm-init installs. ${UNCERTAIN}`)];
  return extras(rules, [script.rules, comparison.expectedRules]);
}

function followed(
  { init }: Judgement,
  script: Execution,
): readonly ['LiveFollowsScript' | 'LiveRunIncomplete', string] {
  if (init === undefined)
    return ['LiveFollowsScript', 'The pod has no osm-init, and the kernel holds no rules of a mesh.'];
  const [refusal] = script.refusals;
  if (failedByRefusal(script) && refusal !== undefined) {
    const why = `The script of ${init.name} ended where iptables refuses ${quote(refusal.command)}`;
    return ['LiveRunIncomplete', `${why}, and the kernel holds what came before it.`];
  }
  if (script.ending.kind === 'refused-by-shell') {
    return [
      'LiveRunIncomplete',
      `A shell refuses the script of ${init.name}, and the kernel holds what it ran of it.`,
    ];
  }
  return [
    'LiveFollowsScript',
    `The kernel does what the script of ${init.name} installs, and that is not what it should be.`,
  ];
}

function otherThanScript(
  judgement: Judgement,
  { rules }: KnownRules,
  script: Execution,
  standard: Standard | undefined,
  change: Change,
): readonly Finding[] {
  const sets = {
    // Without a configuration they would be those without exclusions.
    expected: standard?.certain === true ? standard.comparison.expectedRules : undefined,
    installed: script.rules,
    live: rules,
  };
  if (standard?.certain === true && standard.attributed.length === 0) {
    const message =
      'The kernel does what it should, and the script of osm-init does not: somebody has mended the rules by hand.';
    return [liveFinding('LiveMendedByHand', judgement, change, sets, change.attributed, message)];
  }
  const incomplete = incompleteRun(judgement, rules);
  if (incomplete !== undefined) {
    return [liveFinding('LiveRunIncomplete', judgement, change, sets, change.attributed, incomplete)];
  }
  return changeFindings(judgement, change, sets);
}

/** What a run has left behind that did not come to its end, for a reason that the script does not tell. */
function incompleteRun({ init }: Judgement, rules: KnownRules['rules']): string | undefined {
  const code = lastExitCode(init);
  if (init === undefined || code === undefined || code === 0) return undefined;
  const ended = `${init.name} has ended with exit code ${code}`;
  const empty = [...rules.chains].every(([name, list]) => isBuiltIn(name) && list.length === 0);
  if (empty) return `${ended}, and the kernel holds nothing of what its script installs.`;
  const broken = brokenRun(init, rules);
  if (broken === undefined) return undefined;
  return `${ended}, and the kernel holds what its script installs up to ${quote(broken.last)}, and nothing of what follows.`;
}

/** Rules of others that decide nothing today. */
function extras(live: KnownRules['rules'], others: readonly KnownRules['rules'][]): readonly Finding[] {
  const own = new Set(others.flatMap(placed));
  const rules = placed(live).filter((rule) => !own.has(rule));
  if (rules.length === 0) return [];
  const message = `The kernel holds ${enumerate(rules, 4)}, which osm-init does not install. The redirection is as it should be all the same.`;
  return [finding('LiveRulesExtra', message, { evidence: { values: rules } })];
}

/** Packets whose way leads through what is not understood. */
function undecidedIn(
  { notUnderstood }: KnownRules,
  compared: readonly (Pick<Change, 'outcome'> | undefined)[],
): readonly Finding[] {
  const known = compared.filter((each) => each !== undefined);
  if (known.some(({ outcome }) => outcome === undefined)) {
    return [finding('LiveRulesNotUnderstood', 'The rules in the kernel are too complex to be compared.')];
  }
  if (known.every(({ outcome }) => outcome?.undecided.length === 0)) return [];
  const [first] = notUnderstood;
  const what =
    first === undefined
      ? 'something that is not understood'
      : `${first.construct}, which is not understood: ${quote(first.text)}`;
  return [
    finding(
      'LiveRulesNotUnderstood',
      `The kernel holds ${what}.`,
      first && { evidence: { text: first.text } },
    ),
  ];
}

const UNCERTAIN =
  'Without a configuration that is known and has settled, it cannot be told which exclusions there should be.';

function unjudged(message: string): Finding {
  return finding('LiveUnjudged', message);
}
