/**
 * Whether the rules do what the dialect's base rules do to every packet; what differs is named by its cause: a rule that is
 * missing, too many, changed or in the wrong place.
 *
 * Rules that look different and mean the same are no finding, nor is a missing rule that no packet reaches.
 */
import { failedByRefusal } from '../../iptables/execution.ts';
import type { Attributed } from '../attribution.ts';
import { rulesOf, type Cause, type RuleSetting } from '../cause.ts';
import type { FindingName } from '../catalogue.ts';
import { isConfigured, isListCause } from '../exclusion-words.ts';
import { differenceSentence, shownDifferences } from '../difference.ts';
import { finding, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';
import { enumerate } from '../quote.ts';
import type { RuleComparison } from '../rule-comparison.ts';
import type { Hook } from '../../iptables/model.ts';

export const checkRules: Check = (judgement) => {
  const { comparison, installed, intent, settlesAt } = judgement;
  // What a refused command leaves undone is told with that command.
  if (comparison === undefined || installed === undefined || failedByRefusal(installed)) return [];
  const { outcome } = comparison;
  if (outcome === undefined) {
    return [finding('RulesTooComplex', 'The rules of the script are too complex to be compared.')];
  }
  // Whether a list or a setting is right only the configuration can tell, once it has settled.
  const known = intent !== undefined && settlesAt === undefined;
  const attributed = comparison.attributed.filter(
    ({ cause }) => known || !isConfigured(cause) || isListCause(cause),
  );
  const others = attributed.filter(({ cause }) => !isListCause(cause));
  const gone = outcome.bypassed.filter((hook) => {
    const here = attributed.filter(({ difference }) => difference.hook === hook);
    return here.every(({ cause }) => !isListCause(cause));
  });
  const rest = others.filter(({ difference }) => !gone.includes(difference.hook));
  return [
    ...redirectionMissing(judgement, comparison, others, gone),
    ...KINDS.flatMap((kind) => ruleFinding(judgement, comparison, rest, kind)),
    ...SETTINGS.flatMap((setting) => settingFinding(judgement, comparison, rest, setting)),
  ];
};

function redirectionMissing(
  judgement: Judgement,
  comparison: RuleComparison,
  attributed: readonly Attributed[],
  hooks: readonly Hook[],
): readonly Finding[] {
  if (hooks.length === 0) return [];
  const here = attributed.filter(({ difference }) => hooks.includes(difference.hook));
  const rules = distinct(here.flatMap(({ cause }) => rulesOf(cause)));
  const traffic =
    hooks.length > 1 ? 'no traffic' : hooks[0] === 'OUTPUT' ? 'no outbound traffic' : 'no inbound traffic';
  const missing = here.every(({ cause }) => cause.kind === 'rules-missing');
  const why = missing
    ? ` The script does not install ${enumerate(rules, 4)}.`
    : ` Because of ${enumerate(rules, 4)}.`;
  return [
    build('RedirectionMissing', judgement, comparison, here, rules, `The rules redirect ${traffic}.${why}`),
  ];
}

interface Kind {
  readonly kind: Cause['kind'];
  readonly name: FindingName;
  readonly say: (rules: readonly string[]) => string;
}

const KINDS: readonly Kind[] = [
  {
    kind: 'rules-missing',
    name: 'BaseRuleMissing',
    say: (rules) => `The script does not install ${enumerate(rules, 4)}.`,
  },
  {
    kind: 'rules-unexpected',
    name: 'BaseRuleUnexpected',
    say: (rules) => `The script installs ${enumerate(rules, 4)}, which OSM does not.`,
  },
  {
    kind: 'order',
    name: 'RuleOrderWrong',
    say: (rules) => `The rules stand in the wrong order: ${enumerate(rules, 4)}.`,
  },
  {
    kind: 'user-changed',
    name: 'ProxyUserWrong',
    say: (rules) => `The script names another user than Envoy's: ${enumerate(rules, 4)}.`,
  },
  {
    kind: 'port-changed',
    name: 'RedirectPortWrong',
    say: (rules) => `The script redirects to another port than the sidecar's: ${enumerate(rules, 4)}.`,
  },
];

function ruleFinding(
  judgement: Judgement,
  comparison: RuleComparison,
  attributed: readonly Attributed[],
  { kind, name, say }: Kind,
): readonly Finding[] {
  const ofKind = attributed.filter(({ cause }) => cause.kind === kind);
  if (ofKind.length === 0) return [];
  const rules = distinct(ofKind.flatMap(({ cause }) => rulesOf(cause)));
  return [build(name, judgement, comparison, ofKind, rules, say(rules))];
}

const SETTINGS: readonly {
  readonly setting: RuleSetting;
  readonly name: FindingName;
  readonly is: string;
}[] = [
  { setting: 'podIpMode', name: 'LocalProxyModeWrong', is: 'the local proxy mode PodIP' },
  { setting: 'dnsProxy', name: 'LocalDnsProxyWrong', is: 'the local DNS proxy' },
];

function settingFinding(
  judgement: Judgement,
  comparison: RuleComparison,
  attributed: readonly Attributed[],
  { setting, name, is }: (typeof SETTINGS)[number],
): readonly Finding[] {
  const ofSetting = attributed.filter(({ cause }) => 'setting' in cause && cause.setting === setting);
  const [first] = ofSetting;
  if (first === undefined) return [];
  const rules = distinct(ofSetting.flatMap(({ cause }) => rulesOf(cause)));
  const message =
    first.cause.kind === 'setting-missing'
      ? `The configuration asks for ${is}, and the script does not install ${enumerate(rules, 4)}.`
      : `The script installs ${enumerate(rules, 4)}, which is for ${is}; the configuration does not ask for it.`;
  return [build(name, judgement, comparison, ofSetting, rules, message)];
}

function build(
  name: FindingName,
  { pod }: Judgement,
  { outcome, expectedRules, installedRules }: RuleComparison,
  attributed: readonly Attributed[],
  rules: readonly string[],
  message: string,
): Finding {
  const classes = attributed.map(({ difference }) => difference);
  const differences =
    outcome === undefined ? [] : shownDifferences(classes, outcome.interfaces, expectedRules, installedRules);
  const [first] = differences;
  const effect = first === undefined ? '' : ` As a result, ${differenceSentence(first)}.`;
  return finding(name, `${message}${effect}`, {
    fix: recreateCommand(pod),
    evidence: { values: rules, differences },
  });
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
