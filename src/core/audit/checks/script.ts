/** Whether osm-init's script can be read, and whether a shell and iptables accept all of it. */
import { printPosition } from '../../iptables/text-position.ts';
import { INIT_CONTAINER } from '../../osm/names.ts';
import { finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check } from '../judgement.ts';
import { quote } from '../quote.ts';

export const checkScript: Check = ({ pod, init, installed, dialect }) => {
  if (init === undefined) return [];
  if (installed === undefined) {
    const command = [...init.command, ...init.args].join(' ');
    const message = `${INIT_CONTAINER} does not run sh -c with one script, but ${quote(command)}.`;
    return [finding('InitCommandUnknown', message)];
  }
  const { ending } = installed;
  const fix = recreateCommand(pod);
  switch (ending.kind) {
    case 'completed': {
      if (dialect !== undefined) return [];
      const chains = [...installed.rules.chains.keys()].slice(4);
      const message = `The script creates the chains ${quote(chains.join(' '))}, which belong to no known release.`;
      return [finding('DialectUnknown', message, { evidence: { values: chains } })];
    }
    case 'refused-by-shell': {
      const position = printPosition(ending.at);
      const message = `A shell refuses the script of ${INIT_CONTAINER} at ${position}: ${ending.message}. No rule is installed.`;
      return [finding('ScriptRefused', message, { fix, evidence: { text: ending.message, position } })];
    }
    case 'refused-by-iptables': {
      const position = printPosition(ending.at);
      const message = `iptables refuses ${quote(ending.command)} at ${position}: ${ending.message}. What follows it is not installed.`;
      return [finding('RuleRefused', message, { fix, evidence: { text: ending.command, position } })];
    }
    case 'not-understood': {
      const position = printPosition(ending.at);
      const message = `At ${position} the script of ${INIT_CONTAINER} holds ${ending.construct}, which is not understood: ${quote(ending.text)}.`;
      return [finding('ScriptNotUnderstood', message, { evidence: { text: ending.text, position } })];
    }
  }
};
