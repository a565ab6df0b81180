/**
 * The packets that can exist at a hook, and the numbers that stand for their protocols, interfaces and users. Packets that
 * no kernel sends would make for counterexamples that nobody can reproduce.
 *
 * OUTPUT: what goes to 127.0.0.0/8 leaves by lo; anything else that leaves by lo goes to an address of the pod itself.
 * PREROUTING: never lo, for the kernel does not look at loopback traffic there again, and never to 127.0.0.0/8.
 */
import { interval, subtract, type IntervalSet } from './interval-set.ts';
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

/** Interfaces by number: 0 is any that nobody names, 1 is lo, then those that rules name. */
export class Interfaces {
  readonly #names: readonly string[];
  readonly all: IntervalSet;

  constructor(ruleSets: readonly RuleSet[], others: readonly string[] = []) {
    const named = ruleSets
      .flatMap(({ chains }) => [...chains.values()].flat())
      .flatMap(({ matches }) => {
        return matches.flatMap((match) => (isInterfaceMatch(match) ? [match.name] : []));
      });
    const rest = new Set([...named, ...others]);
    rest.delete('lo');
    this.#names = ['lo', ...[...rest].sort()];
    this.all = interval(0, this.#names.length);
  }

  numberOf(name: string): number {
    return this.#names.indexOf(name) + 1;
  }

  /** For the number of those that nobody names, one that could be there. */
  nameOf(number: number): string {
    return (
      this.#names[number - 1] ??
      ['eth0', 'eth1', 'other'].find((name) => !this.#names.includes(name)) ??
      'any'
    );
  }
}

export const LO = 1;
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
