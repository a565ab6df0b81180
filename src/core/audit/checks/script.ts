/** Whether osm-init's script can be read, and whether a shell and iptables accept all of it. */
import type { Execution, UnknownText } from '../../iptables/execution.ts';
import { printPosition } from '../../iptables/text-position.ts';
import { INIT_CONTAINER } from '../../osm/names.ts';
import { differenceSentence, shownDifferences } from '../difference.ts';
import { finding, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';
import { quote } from '../quote.ts';

export const checkScript: Check = (judgement) => {
  const { init, installed } = judgement;
  if (init === undefined) return [];
  if (installed === undefined) {
    const command = [...init.command, ...init.args].join(' ');
    const message = `${INIT_CONTAINER} does not run sh -c with one script, but ${quote(command)}.`;
    return [finding('InitCommandUnknown', message)];
  }
  return [
    ...ending(judgement, installed),
    ...installed.opaque.slice(0, 1).map(notUnderstood),
    ...refusals(judgement, installed),
  ];
};

function ending({ pod, dialect }: Judgement, { ending: end, rules }: Execution): readonly Finding[] {
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
      const message = `A shell refuses the script of ${INIT_CONTAINER} at ${position}: ${end.message}. ${left}`;
      const evidence = { text: end.message, position };
      return [finding('ScriptRefused', message, { fix: recreateCommand(pod), evidence })];
    }
    case 'not-understood':
      return [notUnderstood(end)];
  }
}

function notUnderstood({ construct, text, at }: UnknownText): Finding {
  const position = printPosition(at);
  const message = `At ${position} the script of ${INIT_CONTAINER} holds ${construct}, which is not understood: ${quote(text)}.`;
  return finding('ScriptNotUnderstood', message, { evidence: { text, position } });
}

/** The first refused command is the cause of what follows, so it alone is named, with what its absence does to traffic. */
function refusals(
  { pod, comparison }: Judgement,
  { ending: end, refusals: all }: Execution,
): readonly Finding[] {
  const [first] = all;
  if (first === undefined) return [];
  const { outcome } = comparison ?? {};
  const differences =
    comparison === undefined || outcome === undefined
      ? []
      : shownDifferences(
          outcome.differences,
          outcome.interfaces,
          comparison.expectedRules,
          comparison.installedRules,
        );
  // A refusal that the script itself passes over, and that changes nothing, is as intended.
  const [shown] = differences;
  if (end.kind === 'completed' && end.status === 0 && shown === undefined && outcome !== undefined) return [];
  const position = printPosition(first.at);
  const said = first.message.replace(/\.$/, '');
  const lost = [
    first.block ? ' Nothing of its block is installed.' : '',
    first.skipped > 0
      ? ` The ${first.skipped === 1 ? 'command' : `${first.skipped} commands`} behind it did not run.`
      : '',
  ].join('');
  const effect = shown === undefined ? '' : ` As a result, ${differenceSentence(shown)}.`;
  const message = `iptables refuses ${quote(first.command)} at ${position}: ${said}.${lost}${effect}`;
  const evidence = { text: first.command, position, ...(shown === undefined ? {} : { differences }) };
  return [finding('RuleRefused', message, { fix: recreateCommand(pod), evidence })];
}
