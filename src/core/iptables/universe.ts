/**
 * The packets that can exist at a hook, and the numbers that stand for their protocols, interfaces and users. Packets that
 * no kernel sends would make for counterexamples that nobody can reproduce.
 *
 * OUTPUT: what goes to 127.0.0.0/8 leaves by lo; anything else that leaves by lo goes to an address of the pod itself.
 * PREROUTING: never lo, for the kernel does not look at loopback traffic there again, and never to 127.0.0.0/8.
 */
import { canExist, EVERY_INTERFACE, prefixOf } from './interface-name.ts';
import { EMPTY, interval, subtract, union, type IntervalSet } from './interval-set.ts';
import type { Hook, Match, RuleSet } from './model.ts';
import type { Packet } from './packet.ts';
import type { Point, TrafficClass } from './traffic-class.ts';

export const PROTOCOLS = { tcp: 0, udp: 1, other: 2 } as const;
export const ALL_PROTOCOLS = interval(0, 2);
export const ALL_PORTS = interval(0, 65535);
export const ALL_ADDRESSES = interval(0, 0xffffffff);
/** The highest number is no user: packets without a socket have it. */
export const NO_SOCKET = 0xffffffff;
export const ALL_UIDS = interval(0, NO_SOCKET);
export const LOOPBACK_ADDRESSES = interval(0x7f000000, 0x7fffffff);

export const LO = 1;
const ANY_OTHER = 0;
/** Stands behind all characters of names: so a region comes behind every name and region that is inside it. */
const LAST = '\uffff';

/**
 * Interfaces by number. Each number is an interface that rules name, or a region: all others that begin with a prefix and
 * that no name and no longer prefix takes out. 0 is the region of all that nobody speaks of, 1 is lo.
 */
export class Interfaces {
  /** What each number stands for, as a rule would name it; `+` is any other. */
  readonly #patterns: readonly string[];
  readonly #byName = new Map<string, number>();
  readonly #byPrefix = new Map<string, number>();
  readonly all: IntervalSet;

  /** @param others names of interfaces that are there too */
  constructor(ruleSets: readonly RuleSet[], others: readonly string[] = []) {
    const named = ruleSets
      .flatMap(({ chains }) => [...chains.values()].flat())
      .flatMap(({ matches }) => {
        return matches.flatMap((match) => (isInterfaceMatch(match) ? [match.name] : []));
      });
    const rest = new Set([...named, ...others].filter(canExist));
    rest.delete('lo');
    rest.delete(EVERY_INTERFACE);
    this.#patterns = [EVERY_INTERFACE, 'lo', ...[...rest].sort(byPlace)];
    for (const [number, pattern] of this.#patterns.entries()) {
      const prefix = prefixOf(pattern);
      if (prefix === undefined) this.#byName.set(pattern, number);
      else this.#byPrefix.set(prefix, number);
    }
    this.all = interval(0, this.#patterns.length - 1);
  }

  numberOf(name: string): number {
    return this.#byName.get(name) ?? this.#regionOf(name);
  }

  /** The numbers that a rule speaks of: one of the rules that these interfaces were made from. */
  matchedBy(pattern: string): IntervalSet {
    const prefix = prefixOf(pattern);
    const last = prefix === undefined ? this.#byName.get(pattern) : this.#byPrefix.get(prefix);
    if (last === undefined) return EMPTY;
    let first = last;
    while (prefix !== undefined && this.#patterns[first - 1]?.startsWith(prefix)) first -= 1;
    const inside = interval(first, last);
    // lo stands before its place among the names.
    return prefix !== undefined && 'lo'.startsWith(prefix) ? union([interval(LO, LO), inside]) : inside;
  }

  /** As a rule would name it; `+` is any other. */
  patternOf(number: number): string {
    return this.#patterns[number] ?? EVERY_INTERFACE;
  }

  /** The smallest region around an interface or another region; undefined for that of all others, which is around them all. */
  regionAround(number: number): number | undefined {
    if (number === ANY_OTHER) return undefined;
    const pattern = this.patternOf(number);
    const prefix = prefixOf(pattern);
    return this.#regionOf(prefix === undefined ? pattern : prefix.slice(0, -1));
  }

  /** For a region, the name of an interface that could be there. */
  nameOf(number: number): string {
    const pattern = this.patternOf(number);
    const prefix = prefixOf(pattern);
    if (prefix === undefined) return pattern;
    const usual = number === ANY_OTHER ? USUAL_NAMES : NAME_ENDS.map((end) => prefix + end);
    // No rule that is understood names a tilde.
    return usual.find((name) => this.numberOf(name) === number) ?? `${prefix}~`;
  }

  #regionOf(name: string): number {
    for (let length = name.length; length > 0; length -= 1) {
      const region = this.#byPrefix.get(name.slice(0, length));
      if (region !== undefined) return region;
    }
    return ANY_OTHER;
  }
}

const USUAL_NAMES = ['eth0', 'eth1', 'other', 'any'];
const NAME_ENDS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function byPlace(a: string, b: string): number {
  const [placeA, placeB] = [placeOf(a), placeOf(b)];
  return placeA < placeB ? -1 : placeA > placeB ? 1 : 0;
}

function placeOf(pattern: string): string {
  const prefix = prefixOf(pattern);
  return prefix === undefined ? pattern : prefix + LAST;
}

/** 10.244.0.5 stands for the pod's own address, which rules do not name. */
export const OWN_ADDRESS = 0x0af40005;

function isInterfaceMatch(match: Match): match is Extract<Match, { readonly name: string }> {
  return match.kind === 'in-interface' || match.kind === 'out-interface';
}

/** Every packet that can come to the hook, as disjoint classes. */
export function universe(hook: Hook, interfaces: Interfaces): readonly TrafficClass[] {
  const any = { protocol: ALL_PROTOCOLS, interface: interfaces.all, uid: ALL_UIDS, port: ALL_PORTS };
  const elsewhere = subtract(ALL_ADDRESSES, LOOPBACK_ADDRESSES);
  switch (hook) {
    case 'OUTPUT':
      return [
        { ...any, destination: elsewhere },
        { ...any, interface: interval(LO, LO), destination: LOOPBACK_ADDRESSES },
      ];
    case 'PREROUTING':
      return [
        {
          ...any,
          uid: interval(NO_SOCKET, NO_SOCKET),
          interface: subtract(interfaces.all, interval(LO, LO)),
          destination: elsewhere,
        },
      ];
  }
}

export function pointOf(packet: Packet, interfaces: Interfaces): Point {
  return {
    protocol: PROTOCOLS[packet.protocol],
    interface: interfaces.numberOf(packet.interface),
    uid: packet.uid ?? NO_SOCKET,
    destination: packet.destination,
    port: packet.port,
  };
}

/** The interface that a packet leaves by when nothing more is said. */
export function usualInterface(destination: number): string {
  return destination >>> 24 === 127 ? 'lo' : 'eth0';
}
