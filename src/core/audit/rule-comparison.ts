/**
 * Runs the expected script and the pod's own one on the model, compares what they do to packets and finds the causes.
 *
 * Guarantees: a script, and a pair of scripts, is worked on once however many pods have it.
 */
import { attribute, attributeToRules, type Attributed } from './attribution.ts';
import type { RuleCause } from './cause.ts';
import { compare, type Comparison } from '../iptables/compare.ts';
import { execute } from '../iptables/execute.ts';
import type { Execution } from '../iptables/execution.ts';
import type { RuleSet } from '../iptables/model.ts';
import { Memo } from '../memo.ts';
import type { Dialect } from '../osm/dialect.ts';
import { expectedRulesScript } from '../osm/expected-rules.ts';
import { NO_INTENT, type Intent } from '../osm/intent.ts';
import type { ContainerVariables } from '../osm/pod.ts';

export interface RuleComparison {
  readonly expectedRules: RuleSet;
  readonly installedRules: RuleSet;
  /** undefined when the rules are too complex. */
  readonly outcome: Comparison | undefined;
  readonly attributed: readonly Attributed[];
}

/** What the injectors of v1.1.1 and later tell osm-init. */
const OWN_ADDRESS: ContainerVariables = { POD_IP: null };

/** A script that has not run. */
export const NOT_RUN: Execution = execute('');

const executions = new Memo<Execution>();
/** Per installed rules, as they are found in `executions`; what nobody holds any more is forgotten with them. */
const comparisons = new WeakMap<RuleSet, Memo<RuleComparison>>();

/** What a script leaves behind with these variables of its container. */
export function runScript(script: string, variables: ContainerVariables): Execution {
  const entries = Object.entries(variables);
  // The values come first and are told apart by a character that neither may hold.
  const key = entries.length === 0 ? script : `${JSON.stringify(entries)}\0${script}`;
  return executions.get(key, () =>
    execute(script, new Map(entries.map(([name, value]) => [name, value ?? undefined]))),
  );
}

/** Without an intent the expected rules are those without any exclusion. */
export function compareScript(
  dialect: Dialect,
  intent: Intent | undefined,
  { rules: installedRules }: Execution,
): RuleComparison {
  const memo = comparisons.get(installedRules) ?? new Memo<RuleComparison>(1_000_000);
  comparisons.set(installedRules, memo);
  const script = expectedOf(dialect, intent ?? NO_INTENT);
  return memo.get(script, () => {
    const expectedRules = runScript(script, OWN_ADDRESS).rules;
    const outcome = compare(expectedRules, installedRules);
    const attributed =
      outcome === undefined ? [] : attribute(outcome, expectedRules, installedRules, dialect);
    return { expectedRules, installedRules, outcome, attributed };
  });
}

export interface Change {
  /** undefined when the rules are too complex. */
  readonly outcome: Comparison | undefined;
  readonly attributed: readonly Attributed<RuleCause>[];
}

const changes = new WeakMap<RuleSet, WeakMap<RuleSet, Change>>();

/** What has become of rules, whatever they are for. */
export function compareRules(before: RuleSet, after: RuleSet): Change {
  const ofBefore = changes.get(before) ?? new WeakMap<RuleSet, Change>();
  changes.set(before, ofBefore);
  const known = ofBefore.get(after);
  if (known !== undefined) return known;
  const outcome = compare(before, after);
  const attributed = outcome === undefined ? [] : attributeToRules(outcome, before, after);
  ofBefore.set(after, { outcome, attributed });
  return { outcome, attributed };
}

const scripts = new WeakMap<Intent, Map<Dialect, string>>();

/** The script that installs what is meant; it is also all that the expected rules depend on. */
function expectedOf(dialect: Dialect, intent: Intent): string {
  const known = scripts.get(intent) ?? new Map<Dialect, string>();
  scripts.set(intent, known);
  const script = known.get(dialect) ?? expectedRulesScript(dialect, intent);
  known.set(dialect, script);
  return script;
}
