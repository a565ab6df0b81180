/**
 * The options that say where a rule sends: -j, -g, and those of REDIRECT and DNAT.
 *
 * Limits: one port and one address; ranges of them, --random and --persistent are not understood.
 */
import { isLongerThan } from './bytes.ts';
import { readHost } from './cidr.ts';
import { andThen, notUnderstood, refused, value, type Reading } from './reading.ts';
import { portProtocol, type ReadOption, type RuleDraft } from './rule-draft.ts';
import { VARIABLE } from './variables.ts';

export function readTarget(option: '-j' | '-g'): ReadOption {
  return (draft, name, negated) => {
    if (negated) return refused(`cannot have ! before ${option}`);
    if (name === '') return refused('Invalid target name (too short)');
    if (isLongerThan(name, 28)) return refused(`Invalid target name \`${name}' (28 chars max)`);
    if (/[^!-~]/.test(name)) return refused(`Invalid target name \`${name}'`);
    if (draft.target !== undefined) return refused('multiple -j flags not allowed');
    draft.target = { option, name };
    return value(undefined);
  };
}

export function readRedirectPort(
  draft: RuleDraft,
  argument: string,
  negated: boolean,
  option: string,
): Reading<unknown> {
  if (draft.target?.option === '-j' && draft.target.name === 'DNAT' && option === '--to') {
    return readDnat(draft, argument, negated);
  }
  if (draft.target?.option !== '-j' || draft.target.name !== 'REDIRECT')
    return refused(`unknown option "${option}"`);
  if (negated) return refused('REDIRECT: option "--to-ports" cannot be inverted.');
  if (draft.redirectPort !== undefined) return notUnderstood(`a second ${option}`);
  return andThen(withPorts(draft), () => {
    return andThen(readNatPort(argument), (port) => {
      draft.redirectPort = port;
      return value(undefined);
    });
  });
}

export function readDnat(draft: RuleDraft, argument: string, negated: boolean): Reading<unknown> {
  if (draft.target?.option !== '-j' || draft.target.name !== 'DNAT')
    return refused('unknown option "--to-destination"');
  if (negated) return refused('DNAT: option "--to-destination" cannot be inverted.');
  if (draft.dnat !== undefined) return refused('DNAT: option "--to-destination" can only be used once.');
  const [host = '', port, ...rest] = argument.split(':');
  const variable = VARIABLE.exec(host)?.[1];
  if (variable !== undefined && variable.length + 2 === host.length && port === undefined) {
    draft.dnat = { kind: 'dnat', address: { variable }, port: undefined };
    return value(undefined);
  }
  if (host === '' ? argument !== '' : /[-/[\]\0]/.test(argument))
    return notUnderstood(`the destination ${JSON.stringify(argument)}`);
  if (rest.length > 0) return refused(`Bad IP address "${argument}"`);
  return andThen(readHost(host), (address) => {
    if (port === undefined) {
      draft.dnat = { kind: 'dnat', address, port };
      return value(undefined);
    }
    return andThen(withPorts(draft), () =>
      andThen(readNatPort(port), (number) => {
        draft.dnat = { kind: 'dnat', address, port: number };
        return value(undefined);
      }),
    );
  });
}

/** The port of a target: one decimal number; with a dash it would be a range. */
function readNatPort(text: string): Reading<number> {
  if (/^(?:0|[1-9][0-9]*)$/.test(text)) {
    return Number(text) <= 65535 ? value(Number(text)) : refused(`Port \`${text}' not valid`);
  }
  if (text === '') return refused("Port `' not valid");
  if (/^[0-9]+:/.test(text)) return refused('Invalid port:port syntax - use dash');
  const [, number, garbage] = /^([1-9][0-9]{0,4})([^0-9-].*)$/.exec(text) ?? [];
  if (garbage !== undefined && Number(number) <= 65535)
    return refused(`Garbage after port value: \`${garbage}'`);
  return notUnderstood(`the port ${JSON.stringify(text)} of a target`);
}

/** A port makes sense for some protocols alone. */
function withPorts(draft: RuleDraft): Reading<unknown> {
  if (draft.protocol?.negated === true) return notUnderstood('a port of the target behind ! -p');
  return portProtocol(draft) === undefined
    ? refused('Need TCP, UDP, SCTP or DCCP with port specification')
    : value(undefined);
}
