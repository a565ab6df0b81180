/**
 * Reads what follows `-A CHAIN` or `-I CHAIN`: the matches and the target of one rule.
 *
 * Guarantees: never throws; the answer is the rule in normal form, iptables' own refusal, or the option that is outside
 * the model. Nothing is skipped.
 * Limits: the options that OSM's `&&` scripts use: -d, -p, -m owner|multiport|tcp|udp with --uid-owner, --dports and
 * --dport, `!`, and -j with ACCEPT, RETURN, REDIRECT or a chain. Messages follow iptables 1.8.9.
 */
import { readCidr } from './cidr.ts';
import type { Match, Protocol, Rule, Target } from './model.ts';
import { readPort, readPortList, readPortRange } from './ports.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';

/** What an option's argument becomes; the draft tells which modules and which protocol are already there. */
type OptionReader = (draft: Draft, argument: string, negated: boolean) => Reading<unknown>;

/** A rule while its options are being read; `modules` are those whose own option has not come yet. */
interface Draft {
  readonly modules: Set<string>;
  readonly matches: Match[];
  /** /0 leaves no match behind, but a second -d is refused all the same. */
  destinationSeen?: boolean;
  target?: string;
  redirectPort?: number;
}

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ['tcp', 'tcp'],
  ['6', 'tcp'],
  ['udp', 'udp'],
  ['17', 'udp'],
]);

const OPTIONS: ReadonlyMap<string, OptionReader> = new Map<string, OptionReader>([
  ...spellings(['-d', '--dst', '--destination'], readDestination),
  ...spellings(['-p', '--protocol', '--proto'], readProtocol),
  ...spellings(['-m', '--match'], readModule),
  ...spellings(['--dport', '--destination-port'], readDestinationPort),
  ...spellings(['--dports', '--destination-ports'], readMultiport),
  ...spellings(['--uid-owner'], readOwner),
  ...spellings(['-j', '--jump'], readTarget),
  ...spellings(['--to-port', '--to-ports'], readRedirectPort),
]);

/** `words` are the arguments after the chain's name. */
export function readRule(words: readonly string[]): Reading<Rule> {
  const draft: Draft = { modules: new Set(), matches: [] };
  for (let i = 0; i < words.length; i += 1) {
    const negated = words[i] === '!';
    if (negated) i += 1;
    const option = words[i];
    if (option === undefined) return refused('no option after !');
    const reader = OPTIONS.get(option);
    if (reader === undefined) {
      return option.startsWith('-')
        ? notUnderstood(`the option ${option}`)
        : refused(`Bad argument \`${option}'`);
    }
    i += 1;
    const argument = words[i];
    if (argument === undefined) return refused(`option "${option}" requires an argument`);
    const outcome = reader(draft, argument, negated);
    if (outcome.kind !== 'value') return outcome;
  }
  return finish(draft);
}

function finish(draft: Draft): Reading<Rule> {
  const [unused] = draft.modules;
  if (unused !== undefined) return notUnderstood(`-m ${unused} without its option`);
  const target = finishTarget(draft);
  if (target.kind !== 'value') return target;
  const order = (match: Match): number =>
    match.kind === 'destination' ? 0 : match.kind === 'protocol' ? 1 : 2;
  return value({ matches: draft.matches.toSorted((a, b) => order(a) - order(b)), target: target.value });
}

function finishTarget(draft: Draft): Reading<Target> {
  switch (draft.target) {
    case undefined:
      return notUnderstood('a rule without a target');
    case 'ACCEPT':
      return value({ kind: 'accept' });
    case 'RETURN':
      return value({ kind: 'return' });
    case 'REDIRECT':
      if (hasNegatedProtocol(draft)) return notUnderstood('REDIRECT behind ! -p');
      if (protocolOf(draft) === undefined)
        return refused('Need TCP, UDP, SCTP or DCCP with port specification');
      if (draft.redirectPort === undefined) return notUnderstood('REDIRECT without a port');
      return value({ kind: 'redirect', port: draft.redirectPort });
    case 'DROP':
      return refused(
        'The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.',
      );
    default:
      return value({ kind: 'jump', chain: draft.target });
  }
}

function readDestination(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  if (draft.destinationSeen === true) return refused('multiple -d flags not allowed');
  draft.destinationSeen = true;
  if (argument.includes(',')) return notUnderstood('several networks in one -d');
  const read = readCidr(argument);
  if (read.kind !== 'value') return read;
  // The kernel keeps no match for /0, whatever stands before the slash.
  if (read.value.prefix === 0) return negated ? notUnderstood('a negated /0') : value(undefined);
  return add(draft, { kind: 'destination', network: read.value, negated });
}

function readProtocol(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  if (draft.matches.some((match) => match.kind === 'protocol'))
    return refused('multiple -p flags not allowed');
  const protocol = PROTOCOLS.get(argument.toLowerCase());
  if (protocol === undefined) return notUnderstood(`the protocol ${argument}`);
  return add(draft, { kind: 'protocol', protocol, negated });
}

function readModule(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  if (negated) return refused('unexpected ! flag before --match');
  if (!['owner', 'multiport', 'tcp', 'udp'].includes(argument))
    return notUnderstood(`the match module ${argument}`);
  if (argument === 'tcp' || argument === 'udp') {
    // Without a port the module matches the whole protocol; OSM never writes that.
    if (protocolOf(draft) !== argument) return notUnderstood(`-m ${argument} before -p ${argument}`);
  }
  if (draft.modules.has(argument)) return notUnderstood(`-m ${argument} twice`);
  draft.modules.add(argument);
  return value(undefined);
}

function readDestinationPort(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  const protocol = protocolOf(draft);
  if (hasNegatedProtocol(draft)) return notUnderstood('--dport behind ! -p');
  if (protocol === undefined) return refused('unknown option "--dport"');
  if (draft.matches.some((match) => match.kind === 'destination-port'))
    return notUnderstood('a second --dport');
  const ports = readPortRange(argument);
  if (ports.kind !== 'value') return ports;
  if (ports.value.from === 0 && ports.value.to === 65535) return notUnderstood('a --dport of all ports');
  draft.modules.delete(protocol);
  return add(draft, { kind: 'destination-port', protocol, ports: ports.value, negated });
}

function readMultiport(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  if (!draft.modules.delete('multiport')) return refused('unknown option "--dports"');
  if (protocolOf(draft) === undefined) return refused("multiport needs `-p tcp', `-p udp'");
  const ports = readPortList(argument);
  return ports.kind === 'value' ? add(draft, { kind: 'multiport', ports: ports.value, negated }) : ports;
}

function readOwner(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  if (!draft.modules.delete('owner')) return refused('unknown option "--uid-owner"');
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(argument)) return notUnderstood(`the user ${JSON.stringify(argument)}`);
  const uid = Number(argument);
  if (uid >= 0xffffffff) return refused(`owner: Bad value for "--uid-owner" option: "${argument}"`);
  return add(draft, { kind: 'owner', uid, negated });
}

function readTarget(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  if (negated) return refused('unexpected ! flag before --jump');
  if (draft.target !== undefined) return refused('multiple -j flags not allowed');
  draft.target = argument;
  return value(undefined);
}

function readRedirectPort(draft: Draft, argument: string, negated: boolean): Reading<unknown> {
  if (negated) return refused('unexpected ! flag before --to-ports');
  if (draft.target !== 'REDIRECT') return refused('unknown option "--to-ports"');
  const port = readPort(argument);
  if (port.kind !== 'value') return port;
  draft.redirectPort = port.value;
  return value(undefined);
}

/** The protocol that port options refer to. */
function protocolOf(draft: Draft): Protocol | undefined {
  const match = draft.matches.find((candidate) => candidate.kind === 'protocol');
  return match === undefined || match.negated ? undefined : match.protocol;
}

function hasNegatedProtocol(draft: Draft): boolean {
  return draft.matches.some((match) => match.kind === 'protocol' && match.negated);
}

function add(draft: Draft, match: Match): Reading<unknown> {
  draft.matches.push(match);
  return value(undefined);
}

function spellings(
  names: readonly string[],
  reader: OptionReader,
): readonly (readonly [string, OptionReader])[] {
  return names.map((name) => [name, reader] as const);
}
