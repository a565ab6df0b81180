/**
 * The options that say what a rule matches: -d, -i, -o, -p, -m and those of the modules tcp, udp, multiport, owner, comment.
 *
 * Each adds to the draft of a rule, or is refused as iptables 1.8.9 refuses it, or is not understood.
 */
import { isLongerThan } from './bytes.ts';
import type { Protocol } from './model.ts';
import { opaqueOptionsOf } from './opaque-options.ts';
import { readPortList, readPortRange } from './ports.ts';
import { andThen, notUnderstood, refused, value, type Reading } from './reading.ts';
import {
  portProtocol,
  type ModuleDraft,
  type ProtocolDraft,
  type ReadOption,
  type RuleDraft,
} from './rule-draft.ts';

/** Its networks are read when all options have been, as iptables looks them up last. */
export function readDestination(draft: RuleDraft, text: string, negated: boolean): Reading<unknown> {
  if (draft.destination !== undefined) return refused('multiple -d flags not allowed');
  draft.destination = { text, negated };
  return value(undefined);
}

export function readInterface(direction: 'in' | 'out'): ReadOption {
  return (draft, name, negated) => {
    const slot = direction === 'in' ? 'inInterface' : 'outInterface';
    if (draft[slot] !== undefined)
      return refused(`multiple -${direction === 'in' ? 'i' : 'o'} flags not allowed`);
    if (name === '') return refused('Empty interface is likely to be undesired');
    if (isLongerThan(name, 15))
      return refused(`interface name \`${name}' must be shorter than IFNAMSIZ (15)`);
    if (!/^[\w.:@*+-]+$/.test(name)) return notUnderstood(`the interface ${JSON.stringify(name)}`);
    draft[slot] = { kind: `${direction}-interface`, name, negated };
    return value(undefined);
  };
}

const PROTOCOLS: ReadonlyMap<string, Protocol | 'all'> = new Map([
  ['tcp', 'tcp'],
  ['6', 'tcp'],
  ['udp', 'udp'],
  ['17', 'udp'],
  ['all', 'all'],
  ['0', 'all'],
]);

export function readProtocol(draft: RuleDraft, argument: string, negated: boolean): Reading<unknown> {
  if (draft.protocol !== undefined) return refused('multiple -p flags not allowed');
  const protocol = PROTOCOLS.get(argument.toLowerCase());
  if (protocol === undefined) return notUnderstood(`the protocol ${JSON.stringify(argument)}`);
  if (protocol === 'all' && negated) return refused('rule would never match protocol');
  draft.protocol = { protocol, negated } satisfies ProtocolDraft;
  return value(undefined);
}

/** Modules that may be loaded again; the later options are those of the later one. */
const REPEATABLE = new Set(['multiport', 'owner', 'comment']);

export function readModule(draft: RuleDraft, name: string, negated: boolean): Reading<unknown> {
  if (negated) return refused('unexpected ! flag before --match');
  if ((name === 'tcp' || name === 'udp') && portProtocol(draft) !== name) {
    return notUnderstood(`-m ${name} before -p ${name}`);
  }
  const known = ['tcp', 'udp', 'multiport', 'owner', 'comment'].includes(name);
  if (!known && opaqueOptionsOf(name) === undefined)
    return notUnderstood(`the match module ${JSON.stringify(name)}`);
  if (!REPEATABLE.has(name) && draft.modules.some((module) => module.name === name))
    return notUnderstood(`-m ${name} twice`);
  draft.modules.push({ name, opaque: [] });
  return value(undefined);
}

export function readDestinationPort(draft: RuleDraft, argument: string, negated: boolean): Reading<unknown> {
  const protocol = portProtocol(draft);
  const loaded = draft.modules.some(({ name }) => name === protocol);
  // getopt completes --dport to --dports as long as no other module has it.
  if (!loaded && draft.modules.some(({ name }) => name === 'multiport'))
    return readMultiport(draft, argument, negated, '--dports');
  if (draft.protocol?.negated === true) return notUnderstood('--dport behind ! -p');
  if (protocol === undefined) return refused('unknown option "--dport"');
  // The option loads its module by itself.
  let module = draft.modules.find(({ name }) => name === protocol);
  if (module === undefined) {
    module = { name: protocol, opaque: [] };
    draft.modules.push(module);
  }
  if (module.match !== undefined) return refused(`Only one \`--destination-port' allowed`);
  // The module udp reads other numbers than these otherwise: in base 10, and modulo 65536.
  if (protocol === 'udp' && !/^(?:0|[1-9][0-9]{0,4})?(?::(?:0|[1-9][0-9]{0,4})?)?$/.test(argument))
    return notUnderstood(`the udp port ${JSON.stringify(argument)}`);
  const ports = readPortRange(argument);
  if (protocol === 'udp' && ports.kind === 'refused')
    return notUnderstood(`the udp port ${JSON.stringify(argument)}`);
  if (ports.kind !== 'value') return ports;
  const { from } = ports.value;
  // iptables-nft keeps it as the range that is left, which is another rule to -D.
  if (negated && from === 0) return notUnderstood('a negated --dport from 0 on');
  module.match = { kind: 'destination-port', protocol, ports: ports.value, negated };
  return value(undefined);
}

/** The module that was loaded last under the name, when it has no match yet. */
function openModule(draft: RuleDraft, name: string, option: string): Reading<ModuleDraft> {
  const module = draft.modules.findLast((candidate) => candidate.name === name);
  if (module === undefined) return refused(`unknown option "${option}"`);
  return module.match === undefined ? value(module) : notUnderstood(`a second ${option}`);
}

export function readMultiport(
  draft: RuleDraft,
  argument: string,
  negated: boolean,
  option: string,
): Reading<unknown> {
  return andThen(openModule(draft, 'multiport', option), (module) => {
    if (module.opaque.length > 0) return refused('multiport can only have one option');
    // Looked at when the option is read: a -p behind it comes too late.
    if (draft.protocol?.negated === true)
      return refused('multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP');
    if (portProtocol(draft) === undefined)
      return refused("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
    return andThen(readPortList(argument), (ports) => {
      module.match = { kind: 'multiport', ports, negated };
      return value(undefined);
    });
  });
}

/** The kernel's "no user". */
const NOBODY = 0xffffffff;

export function readOwner(
  draft: RuleDraft,
  argument: string,
  negated: boolean,
  option: string,
): Reading<unknown> {
  return andThen(openModule(draft, 'owner', option), (module) => {
    const [, first, last] = /^(0|[1-9][0-9]*)(?:-(0|[1-9][0-9]*))?$/.exec(argument) ?? [];
    const bad = refused(`owner: Bad value for "--uid-owner" option: "${argument}"`);
    if (first === undefined) {
      // A user's name is looked up; what begins with a digit and is no number is no name.
      return /^-?[0-9]+$|^$/.test(argument) && !argument.startsWith('0')
        ? bad
        : notUnderstood(`the user ${JSON.stringify(argument)}`);
    }
    const from = Number(first);
    const to = Number(last ?? first);
    if (from >= NOBODY || to >= NOBODY) return bad;
    if (from > to) return notUnderstood(`the users ${argument}`);
    module.match = { kind: 'owner', from, to, negated };
    return value(undefined);
  });
}

export function readComment(
  draft: RuleDraft,
  text: string,
  negated: boolean,
  option: string,
): Reading<unknown> {
  if (negated) return notUnderstood('a negated comment');
  return andThen(openModule(draft, 'comment', option), (module) => {
    if (isLongerThan(text, 255)) return notUnderstood('a comment of more than 255 bytes');
    module.match = { kind: 'comment', text };
    return value(undefined);
  });
}
