/**
 * The options that say what a rule matches and where it sends: each with the number of its arguments and what it does to
 * the draft of a rule.
 *
 * Guarantees: never throws; an option is read, refused as iptables 1.8.9 refuses it, or not understood. Nothing is
 * skipped.
 * Limits: the options that OSM's scripts use. Of others only the shape is known (opaque-options.ts): they are carried as
 * matches of which nobody knows whether they hold.
 */
import { readHost } from './cidr.ts';
import type { Protocol } from './model.ts';
import { opaqueOption, opaqueOptionsOf } from './opaque-options.ts';
import { readPortList, readPortRange } from './ports.ts';
import { andThen, notUnderstood, refused, value, type Reading } from './reading.ts';
import { portProtocol, type ModuleDraft, type ProtocolDraft, type RuleDraft } from './rule-draft.ts';
import { VARIABLE } from './variables.ts';

export interface RuleOption {
  /** Each argument is the next word, whatever it looks like. */
  readonly argumentCount: number;
  readonly apply: (draft: RuleDraft, args: readonly string[], negated: boolean) => Reading<unknown>;
}

type Apply = (draft: RuleDraft, argument: string, negated: boolean, option: string) => Reading<unknown>;

const OPTIONS: ReadonlyMap<string, Apply> = new Map([
  ...spellings(['-d', '--dst', '--destination'], readDestination),
  ...spellings(['-i', '--in-interface'], readInterface('in')),
  ...spellings(['-o', '--out-interface'], readInterface('out')),
  ...spellings(['-p', '--protocol', '--proto'], readProtocol),
  ...spellings(['-m', '--match'], readModule),
  ...spellings(['--dport', '--destination-port'], readDestinationPort),
  ...spellings(['--dports', '--destination-ports'], readMultiport),
  ...spellings(['--uid-owner'], readOwner),
  ...spellings(['--comment'], readComment),
  ...spellings(['-j', '--jump'], readTarget('-j')),
  ...spellings(['-g', '--goto'], readTarget('-g')),
  ...spellings(['--to', '--to-port', '--to-ports'], readRedirectPort),
  ...spellings(['--to-destination'], readDnat),
]);

/** undefined when the model does not know the option at this place. */
export function ruleOption(name: string, draft: RuleDraft): RuleOption | undefined {
  const apply = OPTIONS.get(name);
  if (apply !== undefined) {
    return {
      argumentCount: 1,
      apply: (target, [argument = ''], negated) => {
        const variable = VARIABLE.exec(argument)?.[1];
        if (variable !== undefined && apply !== readDnat)
          return notUnderstood(`the variable ${variable}, whose value is not known`);
        return apply(target, argument, negated, name);
      },
    };
  }
  const owner = opaqueOption(name, draft);
  if (owner === undefined) return undefined;
  return {
    argumentCount: owner.argumentCount,
    apply: (_draft, args, negated) => {
      owner.texts.push([...(negated ? ['!'] : []), name, ...args].join(' '));
      return value(undefined);
    },
  };
}

/** Its networks are read when all options have been, as iptables looks them up last. */
function readDestination(draft: RuleDraft, text: string, negated: boolean): Reading<unknown> {
  if (draft.destination !== undefined) return refused('multiple -d flags not allowed');
  draft.destination = { text, negated };
  return value(undefined);
}

function readInterface(direction: 'in' | 'out'): Apply {
  return (draft, name, negated) => {
    const slot = direction === 'in' ? 'inInterface' : 'outInterface';
    if (draft[slot] !== undefined)
      return refused(`multiple -${direction === 'in' ? 'i' : 'o'} flags not allowed`);
    if (name === '') return refused('Empty interface is likely to be undesired');
    if (new TextEncoder().encode(name).length > 15)
      return refused(`interface name \`${name}' must be shorter than IFNAMSIZ (15)`);
    if (name === '+') return notUnderstood('an interface of any name');
    if (name.endsWith('+')) {
      const text = `${negated ? '! ' : ''}-${direction === 'in' ? 'i' : 'o'} ${name}`;
      draft[slot] = { kind: 'opaque', text };
    } else {
      if (!/^[\w.:@*-]+$/.test(name)) return notUnderstood(`the interface ${JSON.stringify(name)}`);
      draft[slot] = { kind: `${direction}-interface`, name, negated };
    }
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

function readProtocol(draft: RuleDraft, argument: string, negated: boolean): Reading<unknown> {
  if (draft.protocol !== undefined) return refused('multiple -p flags not allowed');
  const protocol = PROTOCOLS.get(argument.toLowerCase());
  if (protocol === undefined) return notUnderstood(`the protocol ${JSON.stringify(argument)}`);
  if (protocol === 'all' && negated) return refused('rule would never match protocol');
  draft.protocol = { protocol, negated } satisfies ProtocolDraft;
  return value(undefined);
}

/** Modules that may be loaded again; the later options are those of the later one. */
const REPEATABLE = new Set(['multiport', 'owner', 'comment']);

function readModule(draft: RuleDraft, name: string, negated: boolean): Reading<unknown> {
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

function readDestinationPort(draft: RuleDraft, argument: string, negated: boolean): Reading<unknown> {
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
  const ports = readPortRange(argument);
  if (ports.kind !== 'value') return ports;
  const { from, to } = ports.value;
  if (negated && from === 0 && to === 65535) return notUnderstood('a negated --dport of all ports');
  module.match = { kind: 'destination-port', protocol, ports: ports.value, negated };
  return value(undefined);
}

/** The module that was loaded last under the name, when it has no match yet. */
function openModule(draft: RuleDraft, name: string, option: string): Reading<ModuleDraft> {
  const module = draft.modules.findLast((candidate) => candidate.name === name);
  if (module === undefined) return refused(`unknown option "${option}"`);
  return module.match === undefined ? value(module) : notUnderstood(`a second ${option}`);
}

function readMultiport(
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

function readOwner(draft: RuleDraft, argument: string, negated: boolean, option: string): Reading<unknown> {
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

function readComment(draft: RuleDraft, text: string, negated: boolean, option: string): Reading<unknown> {
  if (negated) return notUnderstood('a negated comment');
  return andThen(openModule(draft, 'comment', option), (module) => {
    if (new TextEncoder().encode(text).length > 255) return notUnderstood('a comment of more than 255 bytes');
    module.match = { kind: 'comment', text };
    return value(undefined);
  });
}

function readTarget(option: '-j' | '-g'): Apply {
  return (draft, name, negated) => {
    if (negated) return refused(`cannot have ! before ${option}`);
    if (name === '') return refused('Invalid target name (too short)');
    if (new TextEncoder().encode(name).length > 28)
      return refused(`Invalid target name \`${name}' (28 chars max)`);
    if (/[^!-~]/.test(name)) return refused(`Invalid target name \`${name}'`);
    if (draft.target !== undefined) return refused('multiple -j flags not allowed');
    draft.target = { option, name };
    return value(undefined);
  };
}

function readRedirectPort(
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

function readDnat(draft: RuleDraft, argument: string, negated: boolean): Reading<unknown> {
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

function spellings(names: readonly string[], apply: Apply): readonly (readonly [string, Apply])[] {
  return names.map((name) => [name, apply] as const);
}
