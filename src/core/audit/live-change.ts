/**
 * What has become of rules in the kernel since they were installed: one finding for each kind of change, with the three
 * verdicts on a packet that shows it, and what is known of how it came about.
 */
import { isBuiltIn, type Hook, type RuleSet } from '../iptables/model.ts';
import { printAppend } from '../iptables/print.ts';
import type { Attributed } from './attribution.ts';
import type { FindingName } from './catalogue.ts';
import { rulesOf, type RuleCause } from './cause.ts';
import { differenceSentence, liveDifferences, type ThreeRuleSets } from './difference.ts';
import { finding, type Finding } from './finding.ts';
import { recreateCommand } from './fix.ts';
import type { Judgement } from './judgement.ts';
import { lastExitCode } from './live-run.ts';
import { enumerate } from './quote.ts';
import type { Change } from './rule-comparison.ts';

/** @param sets of which `change` is what happened between the second, or the first where it is not known, and the third */
export function changeFindings(
  judgement: Judgement,
  change: Change,
  sets: ThreeRuleSets,
): readonly Finding[] {
  const { outcome, attributed } = change;
  const gone = outcome?.bypassed ?? [];
  const here = attributed.filter(({ difference }) => gone.includes(difference.hook));
  const rest = attributed.filter(({ difference }) => !gone.includes(difference.hook));
  const build = (name: FindingName, some: readonly Attributed<RuleCause>[], message: string): Finding => {
    return liveFinding(name, judgement, change, sets, some, `${message} ${storyOf(judgement)}`);
  };
  return [
    ...(gone.length === 0
      ? []
      : [build('LiveRedirectionMissing', here, redirectionMissing(gone, here, sets, judgement))]),
    ...KINDS.flatMap(({ name, kinds, say }) => {
      const some = rest.filter(({ cause }) => kinds.includes(cause.kind));
      return some.length === 0 ? [] : [build(name, some, say(namedIn(some), sets))];
    }),
  ];
}

/** A finding about these parts of a change, with its effect on traffic behind the message. */
export function liveFinding(
  name: FindingName,
  { pod }: Judgement,
  { outcome }: Pick<Change, 'outcome'>,
  sets: ThreeRuleSets,
  attributed: readonly Pick<Attributed, 'difference' | 'cause'>[],
  message: string,
): Finding {
  const classes = attributed.map(({ difference }) => difference);
  const differences = outcome === undefined ? [] : liveDifferences(classes, outcome.interfaces, sets);
  const [first] = differences;
  const effect = first === undefined ? '' : ` As a result, ${differenceSentence(first)}.`;
  return finding(name, `${message}${effect}`, {
    fix: recreateCommand(pod),
    evidence: { values: namedIn(attributed), differences },
  });
}

interface Kind {
  readonly name: FindingName;
  readonly kinds: readonly RuleCause['kind'][];
  readonly say: (rules: readonly string[], sets: ThreeRuleSets) => string;
}

const KINDS: readonly Kind[] = [
  {
    name: 'LiveRuleMissing',
    kinds: ['rules-missing'],
    say: (rules) => `The kernel does not hold ${enumerate(rules, 4)}, as osm-init installs it.`,
  },
  {
    name: 'LiveRuleForeign',
    kinds: ['rules-unexpected'],
    say: (rules, sets) =>
      `The kernel holds ${enumerate(rules, 4)}, which osm-init does not install${inFrontOf(rules, sets)}.`,
  },
  {
    name: 'LiveRuleOrderWrong',
    kinds: ['order'],
    say: (rules) =>
      `The kernel has the rules in another order than osm-init installs them: ${enumerate(rules, 4)}.`,
  },
  {
    name: 'LiveRuleChanged',
    kinds: ['user-changed', 'port-changed'],
    say: (rules) => `The kernel holds ${enumerate(rules, 4)}.`,
  },
];

function redirectionMissing(
  hooks: readonly Hook[],
  attributed: readonly Attributed<RuleCause>[],
  { live }: ThreeRuleSets,
  { live: reading }: Judgement,
): string {
  const traffic =
    hooks.length > 1 ? 'no traffic' : hooks[0] === 'OUTPUT' ? 'no outbound traffic' : 'no inbound traffic';
  const rules = namedIn(attributed);
  const missing = attributed.every(({ cause }) => cause.kind === 'rules-missing');
  const empty = [...live.chains].every(([name, list]) => isBuiltIn(name) && list.length === 0);
  const why = missing ? `It does not hold ${enumerate(rules, 4)}.` : `Because of ${enumerate(rules, 4)}.`;
  const asleep = reading?.kind === 'tables' && reading.asleep === true;
  const none = asleep
    ? 'nftables holds rules in its table nat and applies none of them: the table sleeps (flags dormant).'
    : 'It holds no rule at all.';
  return `The kernel redirects ${traffic}. ${empty ? none : why}`;
}

/** Where another rule stands that takes packets before those of osm-init, the place is half of the explanation. */
function inFrontOf(rules: readonly string[], { live, installed, expected }: ThreeRuleSets): string {
  const own = new Set(placed(installed ?? expected));
  for (const [chain, list] of live.chains) {
    const texts = list.map((rule) => printAppend(chain, rule));
    const at = texts.findIndex((text) => rules.includes(text));
    const next = at < 0 ? undefined : texts.slice(at + 1).find((text) => own.has(text));
    if (next !== undefined) return `, in front of ${next}`;
  }
  return '';
}

/** Every rule as text. */
export function placed(rules: RuleSet | undefined): readonly string[] {
  return [...(rules?.chains ?? [])].flatMap(([chain, list]) => list.map((rule) => printAppend(chain, rule)));
}

/** What is known of when it happened. */
function storyOf({ init, live }: Judgement): string {
  if (live?.kind === 'tables' && live.earlier === 'as-installed')
    return 'When they were read before, the rules did what osm-init installs: something has changed them since.';
  if (live?.kind === 'tables' && live.earlier === 'other-network')
    return "The pod's network was made anew, and osm-init has not run in it.";
  const code = lastExitCode(init);
  if (init === undefined || code === undefined) return 'What has changed the rules is not known.';
  return code === 0
    ? `${init.name} has ended with exit code 0: something has changed the rules since.`
    : `${init.name} has ended with exit code ${code}.`;
}

function namedIn(attributed: readonly Pick<Attributed, 'cause'>[]): readonly string[] {
  return [...new Set(attributed.flatMap(({ cause }) => rulesOf(cause)))];
}
