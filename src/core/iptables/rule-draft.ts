/**
 * A rule while its options are being read, and the finished rule in the kernel's normal form.
 *
 * Guarantees: what iptables checks when it has read all options is checked here, with its messages (1.8.9).
 */
import { readCidr } from './cidr.ts';
import type { Match, Protocol, Rule, Target } from './model.ts';
import { andThen, notUnderstood, refused, value, type Reading } from './reading.ts';

/** A match module, in the order in which the command loads them. */
export interface ModuleDraft {
  readonly name: string;
  /** The part of it that is modelled. */
  match?: Match;
  /** Its options that are known by name alone, as they stand. */
  readonly opaque: string[];
}

export interface ProtocolDraft {
  /** `all` is what no -p means too. */
  readonly protocol: Protocol | 'all';
  readonly negated: boolean;
}

export interface RuleDraft {
  destination?: { readonly text: string; readonly negated: boolean };
  inInterface?: Match;
  outInterface?: Match;
  protocol?: ProtocolDraft;
  /** Options outside modules that are known by name alone. */
  readonly opaque: string[];
  readonly modules: ModuleDraft[];
  target?: { readonly option: '-j' | '-g'; readonly name: string };
  redirectPort?: number;
  dnat?: Extract<Target, { kind: 'dnat' }>;
}

/** Adds what an option says to the draft. */
export type ReadOption = (
  draft: RuleDraft,
  argument: string,
  negated: boolean,
  option: string,
) => Reading<unknown>;

export const emptyDraft = (): RuleDraft => ({ opaque: [], modules: [] });

/** The protocol that port options refer to. */
export function portProtocol({ protocol }: RuleDraft): Protocol | undefined {
  return protocol === undefined || protocol.negated || protocol.protocol === 'all'
    ? undefined
    : protocol.protocol;
}

/** From about 120 on the kernel's nf_tables has no room for a rule. */
const MOST_MODULES = 64;

/** One rule for each destination of a list. */
export function finishRules(draft: RuleDraft): Reading<readonly Rule[]> {
  if (draft.modules.length > MOST_MODULES) return notUnderstood(`more than ${MOST_MODULES} match modules`);
  const modules: Match[] = [];
  for (const module of draft.modules) {
    const finished = finishModule(module, draft);
    if (finished.kind !== 'value') return finished;
    modules.push(...finished.value);
  }
  const target = finishTarget(draft);
  if (target.kind !== 'value') return target;
  const rest: readonly Match[] = [
    ...[draft.inInterface, draft.outInterface].filter((match) => match !== undefined),
    ...protocolMatch(draft),
    ...modules,
  ];
  const opaque = draft.opaque.map((text): Match => ({ kind: 'opaque', text }));
  return andThen(destinationMatches(draft), (destinations) =>
    value(
      destinations.map((destination): Rule => {
        return { matches: [...opaque, ...destination, ...rest], target: target.value };
      }),
    ),
  );
}

/** For each rule the match on its destination, if it has one. */
function destinationMatches({ destination }: RuleDraft): Reading<readonly (readonly Match[])[]> {
  if (destination === undefined) return value([[]]);
  const { text, negated } = destination;
  const items = text.split(',');
  if (items.length > 1 && negated)
    return refused('! not allowed with multiple source or destination IP addresses');
  const matches: (readonly Match[])[] = [];
  for (const item of items) {
    // Blanks in front of an item of a list are skipped.
    const read = readCidr(items.length > 1 ? item.replace(/^[ \t\n\v\f\r]+/, '') : item);
    if (read.kind !== 'value') return read;
    const network = read.value;
    // The two backends disagree about it.
    if (negated && network.prefix === 0) return notUnderstood('a negated /0');
    // The kernel keeps no match for /0.
    matches.push(network.prefix === 0 ? [] : [{ kind: 'destination', network, negated }]);
  }
  return value(matches);
}

function protocolMatch({ protocol }: RuleDraft): readonly Match[] {
  if (protocol === undefined || protocol.protocol === 'all') return [];
  return [{ kind: 'protocol', protocol: protocol.protocol, negated: protocol.negated }];
}

function finishModule(module: ModuleDraft, draft: RuleDraft): Reading<readonly Match[]> {
  const { name, match, opaque } = module;
  switch (name) {
    case 'tcp':
    case 'udp': {
      if (portProtocol(draft) !== name) return notUnderstood(`-m ${name} without -p ${name}`);
      const ports = { from: 0, to: 65535 };
      const whole = match ?? { kind: 'destination-port', protocol: name, ports, negated: false };
      return value([whole, ...opaqueOptions(opaque)]);
    }
    case 'multiport':
      if (match === undefined && opaque.length === 0) return refused('multiport expection an option');
      break;
    case 'owner':
      if (match === undefined && opaque.length === 0) {
        return refused('owner: At least one of --uid-owner, --gid-owner or --socket-exists is required');
      }
      break;
    case 'comment':
      if (match === undefined) return refused('comment: option "--comment" must be specified');
      break;
    default:
      break;
  }
  if (match !== undefined) return value([match, ...opaqueOptions(opaque)]);
  return value([{ kind: 'opaque', text: ['-m', name, ...opaque].join(' ') }]);
}

function opaqueOptions(options: readonly string[]): readonly Match[] {
  return options.map((text) => ({ kind: 'opaque', text }));
}

function finishTarget(draft: RuleDraft): Reading<Target> {
  if (draft.target === undefined) return value({ kind: 'none' });
  const { option, name } = draft.target;
  if (option === '-g') {
    return ['ACCEPT', 'DROP', 'RETURN'].includes(name)
      ? refused(`Chain '${name}' does not exist`)
      : value({ kind: 'goto', chain: name });
  }
  switch (name) {
    case 'ACCEPT':
      return value({ kind: 'accept' });
    case 'RETURN':
      return value({ kind: 'return' });
    case 'REDIRECT':
      if (draft.redirectPort === undefined) return notUnderstood('REDIRECT without a port');
      return value({ kind: 'redirect', port: draft.redirectPort });
    case 'DNAT':
      return draft.dnat === undefined
        ? refused('DNAT: option "--to-destination" must be specified')
        : value(draft.dnat);
    case 'DROP':
      return refused(
        'The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.',
      );
    default:
      return value({ kind: 'jump', chain: name });
  }
}
