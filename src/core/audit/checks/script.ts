/** Whether osm-init's script can be read, and whether a shell and iptables accept all of it. */
import { failedByRefusal, type Execution, type UnknownText } from '../../iptables/execution.ts';
import { printPosition } from '../../iptables/text-position.ts';
import { initScriptOf } from '../../osm/init-script.ts';
import type { InitContainer } from '../../osm/pod.ts';
import { differenceSentence, shownDifferences, type Difference } from '../difference.ts';
import { isConfigured } from '../exclusion-words.ts';
import { finding, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';
import { quote } from '../quote.ts';
import { runScript } from '../rule-comparison.ts';

export const checkScript: Check = (judgement) => {
  const { init, installed } = judgement;
  if (init === undefined) return [];
  if (installed === undefined) {
    const command = [...init.command, ...init.args].join(' ');
    const message =
      command === ''
        ? `The rules of ${init.name} are inside its image, as in OSM v0.6 and earlier: the pod does not carry them.`
        : `${init.name} does not run sh -c with one script, but ${quote(command)}.`;
    return [finding('InitCommandUnknown', message)];
  }
  return [
    ...substitution(init),
    ...ending(judgement, installed),
    ...installed.opaque.slice(0, 1).map((each) => notUnderstood(init.name, each)),
    ...refusals(judgement, installed),
  ];
};

/**
 * OSM writes none: a value has brought it along, or somebody has edited the script. A reference to a variable looks like
 * one; where the container has no such variable, Kubernetes leaves it to the shell.
 */
function substitution(init: InitContainer): readonly Finding[] {
  const { ending: end } = runScript(initScriptOf(init) ?? '', init.env);
  if (end.kind !== 'not-understood' || !/^(?:`|\$\((?!\())/.test(end.text)) return [];
  const reference = /^\$\(([^)]*)\)/.exec(end.text)?.[1];
  if (reference !== undefined && Object.hasOwn(init.env, reference)) return [];
  const position = printPosition(end.at);
  const text = end.text.slice(0, 120);
  const message = `At ${position} the script of ${init.name} holds a command that the shell executes as root, with the right to change the network: ${quote(text)}.`;
  return [finding('ScriptExecutes', message, { evidence: { text, position } })];
}

function ending({ pod, dialect, init }: Judgement, { ending: end, rules }: Execution): readonly Finding[] {
  const name = init?.name ?? '';
  switch (end.kind) {
    case 'completed': {
      if (dialect !== undefined) return [];
      const chains = [...rules.chains.keys()].slice(4);
      const message = `The script creates the chains ${quote(chains.join(' '))}, which belong to no known release.`;
      return [finding('DialectUnknown', message, { evidence: { values: chains } })];
    }
    case 'refused-by-shell': {
      const position = printPosition(end.at);
      const ran = [...rules.chains.values()].some((list) => list.length > 0);
      const left = ran ? 'The lines before it have run, the rest has not.' : 'No rule is installed.';
      const message = `A shell refuses the script of ${name} at ${position}: ${end.message}. ${left}`;
      const evidence = { text: end.message, position };
      return [finding('ScriptRefused', message, { fix: recreateCommand(pod), evidence })];
    }
    case 'not-understood':
      return [notUnderstood(name, end)];
  }
}

function notUnderstood(name: string, { construct, text, at }: UnknownText): Finding {
  const position = printPosition(at);
  const message = `At ${position} the script of ${name} holds ${construct}, which is not understood: ${quote(text)}.`;
  return finding('ScriptNotUnderstood', message, { evidence: { text, position } });
}

/**
 * The first refused command is the cause of what follows, so it alone is named. Where the script ends badly for it, what the
 * rules then do is its effect; where the script passes over it, the other checks judge what the rules do, and a refusal
 * that changes nothing is as intended.
 */
function refusals(judgement: Judgement, installed: Execution): readonly Finding[] {
  const [first] = installed.refusals;
  if (first === undefined) return [];
  const failed = failedByRefusal(installed);
  const differences = effects(judgement);
  const harmless = installed.ending.kind === 'completed' && differences?.length === 0;
  if (!failed && harmless) return [];
  const position = printPosition(first.at);
  const said = first.message.replace(/\.$/, '');
  const lost = [
    first.block ? ' Nothing of its block is installed.' : '',
    first.skipped > 0
      ? ` The ${first.skipped === 1 ? 'command' : `${first.skipped} commands`} behind it did not run.`
      : '',
  ].join('');
  const [shown] = failed ? (differences ?? []) : [];
  const effect = shown === undefined ? '' : ` As a result, ${differenceSentence(shown)}.`;
  const message = `iptables refuses ${quote(first.command)} at ${position}: ${said}.${lost}${effect}`;
  const evidence = {
    text: first.command,
    position,
    ...(shown === undefined || differences === undefined ? {} : { differences }),
  };
  return [finding('RuleRefused', message, { fix: recreateCommand(judgement.pod), evidence })];
}

/** What the rules do otherwise than they should, as far as that is known: without a configuration, exclusions are not. */
function effects({ comparison, intent }: Judgement): readonly Difference[] | undefined {
  if (comparison?.outcome === undefined) return undefined;
  const { outcome, attributed, expectedRules, installedRules } = comparison;
  const known = attributed.filter(({ cause }) => intent !== undefined || !isConfigured(cause));
  const classes = known.map(({ difference }) => difference);
  return shownDifferences(classes, outcome.interfaces, expectedRules, installedRules);
}
