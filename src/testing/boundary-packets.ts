/** Packets at the edges of rules: each value that a rule names, and those beside it, combined at random. */
import type { Match, RuleSet } from '../core/iptables/model.ts';
import type { Packet } from '../core/iptables/packet.ts';
import type { Random } from './random.ts';

interface Values {
  readonly destinations: readonly number[];
  readonly ports: readonly number[];
  readonly uids: readonly number[];
}

const LAST_ADDRESS = 0xffffffff;
const LAST_UID = 0xfffffffe;

/** @param interfaces those of the network namespace beside lo */
export function boundaryPackets(
  ruleSets: readonly RuleSet[],
  interfaces: readonly string[],
  count: number,
  random: Random,
): readonly Packet[] {
  const values = valuesOf(
    ruleSets.flatMap(({ chains }) => [...chains.values()].flat()).flatMap(({ matches }) => matches),
  );
  return Array.from({ length: count }, () => packetFrom(values, interfaces, random));
}

function packetFrom(values: Values, interfaces: readonly string[], random: Random): Packet {
  const protocol = random.below(8) === 0 ? 'udp' : 'tcp';
  const inbound = random.below(3) === 0;
  const destination = random.pick(values.destinations);
  const port = random.pick(values.ports);
  const loopback = destination >>> 24 === 127;
  if (inbound && !loopback) {
    const from = random.pick(interfaces);
    return { hook: 'PREROUTING', protocol, destination, port, uid: undefined, interface: from };
  }
  const out = loopback ? 'lo' : random.pick(['lo', ...interfaces]);
  return { hook: 'OUTPUT', protocol, destination, port, uid: random.pick(values.uids), interface: out };
}

function valuesOf(matches: readonly Match[]): Values {
  const destinations = [0x0a60000a, 0xcb00710a, 0x7f000002];
  const ports = [80, 443, 15001];
  const uids = [0, 1000, 1500];
  for (const match of matches) {
    switch (match.kind) {
      case 'destination': {
        const { address, prefix } = match.network;
        destinations.push(...around(address, address + 2 ** (32 - prefix) - 1, LAST_ADDRESS));
        break;
      }
      case 'destination-port':
        ports.push(...around(match.ports.from, match.ports.to, 65535));
        break;
      case 'multiport':
        ports.push(...match.ports.flatMap(({ from, to }) => around(from, to, 65535)));
        break;
      case 'owner':
        uids.push(...around(match.from, match.to, LAST_UID));
        break;
      case 'protocol':
      case 'in-interface':
      case 'out-interface':
      case 'comment':
      case 'opaque':
        break;
    }
  }
  return { destinations, ports: ports.filter((port) => port > 0), uids };
}

function around(from: number, to: number, last: number): readonly number[] {
  return [from - 1, from, from + 1, to - 1, to, to + 1].map((value) => Math.min(last, Math.max(0, value)));
}
