/** What the matches of a rule ask of a packet, as a restriction of traffic classes. */
import type { Cidr } from './cidr.ts';
import { EVERY_INTERFACE } from './interface-name.ts';
import { EMPTY, intersect, interval, subtract, union, type IntervalSet } from './interval-set.ts';
import type { Hook, Match, PortRange, Rule } from './model.ts';
import type { Dimension, Restriction } from './traffic-class.ts';
import { ALL_ADDRESSES, ALL_PORTS, ALL_PROTOCOLS, ALL_UIDS, PROTOCOLS, type Interfaces } from './universe.ts';

/** Matches that are not modelled ask for nothing here: `isOpaque` tells whether there are any. */
export function restrictionOf(rule: Rule, hook: Hook, interfaces: Interfaces): Restriction {
  const result: Partial<Record<Dimension, IntervalSet>> = {};
  for (const match of rule.matches) {
    const asked = asks(match, hook, interfaces);
    if (asked === undefined) continue;
    const { dimension, set } = asked;
    const before = result[dimension];
    result[dimension] = before === undefined ? set : intersect(before, set);
  }
  return result;
}

export function isOpaque({ matches, target }: Rule): boolean {
  return target.kind === 'opaque' || matches.some(({ kind }) => kind === 'opaque');
}

interface Asked {
  readonly dimension: Dimension;
  readonly set: IntervalSet;
}

function asks(match: Match, hook: Hook, interfaces: Interfaces): Asked | undefined {
  switch (match.kind) {
    case 'destination':
      return ask('destination', addresses(match.network), match.negated, ALL_ADDRESSES);
    case 'protocol':
      return ask('protocol', single(PROTOCOLS[match.protocol]), match.negated, ALL_PROTOCOLS);
    case 'destination-port':
      return ask('port', portSet([match.ports]), match.negated, ALL_PORTS);
    case 'multiport':
      return ask('port', portSet(match.ports), match.negated, ALL_PORTS);
    case 'owner':
      return ask('uid', interval(match.from, match.to), match.negated, ALL_UIDS);
    case 'in-interface':
    case 'out-interface': {
      // In the other direction a packet has no interface: the plain match fails, the negated one holds.
      const applies = (match.kind === 'out-interface') === (hook === 'OUTPUT');
      const every = match.name === EVERY_INTERFACE;
      const named = every ? interfaces.all : applies ? interfaces.matchedBy(match.name) : EMPTY;
      return ask('interface', named, match.negated, interfaces.all);
    }
    case 'comment':
    case 'opaque':
      return undefined;
  }
}

function ask(dimension: Dimension, set: IntervalSet, negated: boolean, all: IntervalSet): Asked {
  return { dimension, set: negated ? subtract(all, set) : set };
}

function single(value: number): IntervalSet {
  return interval(value, value);
}

export function addresses({ address, prefix }: Cidr): IntervalSet {
  return interval(address, address + 2 ** (32 - prefix) - 1);
}

export function portSet(ranges: readonly PortRange[]): IntervalSet {
  return union(ranges.map(({ from, to }) => interval(from, to)));
}
