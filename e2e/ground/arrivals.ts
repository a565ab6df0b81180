/** Where a connection must arrive if the model is right, in the words of those who answer it. */
import { printAddress, readHost } from '../../src/core/iptables/cidr.ts';
import type { RuleSet } from '../../src/core/iptables/model.ts';
import type { Packet } from '../../src/core/iptables/packet.ts';
import { simulate } from '../../src/core/iptables/simulate.ts';
import type { Dial } from './agent.ts';
import { APPLICATION_PORTS } from './meshed-pod.ts';

export interface Place {
  readonly podIp: string;
  /** Whether somebody listens on the sidecar's and the application's ports: not before the init containers are done. */
  readonly running: boolean;
  readonly sidecar: boolean;
}

/** From inside the pod; what is for the pod itself leaves by `lo`. */
export function outbound({ address, port, uid }: Dial, { podIp }: Place): Packet {
  const local = address.startsWith('127.') || address === podIp;
  const destination = addressOf(address);
  return { hook: 'OUTPUT', protocol: 'tcp', destination, port, uid, interface: local ? 'lo' : 'eth0' };
}

/** From another host. */
export function inbound({ address, port }: Dial): Packet {
  const destination = addressOf(address);
  return { hook: 'PREROUTING', protocol: 'tcp', destination, port, uid: undefined, interface: 'eth0' };
}

export function arrivalOf(rules: RuleSet, packet: Packet, place: Place): string {
  const target = `${printAddress(packet.destination)}:${packet.port}`;
  const verdict = simulate(rules, packet)?.verdict ?? { kind: 'unknown' as const };
  switch (verdict.kind) {
    case 'redirect':
      if (!place.running || !place.sidecar) return 'refused';
      return verdict.port === 15003 ? `inbound ${target}` : `outbound ${target}`;
    case 'bypass':
      return withoutRules(packet, target, place);
    case 'dnat': {
      const address = typeof verdict.address === 'number' ? verdict.address : addressOf(place.podIp);
      const { port = packet.port } = verdict;
      return withoutRules({ destination: address, port }, `${printAddress(address)}:${port}`, place);
    }
    case 'unknown':
      return 'unknown';
  }
}

function withoutRules(
  { destination, port }: Pick<Packet, 'destination' | 'port'>,
  target: string,
  place: Place,
): string {
  const address = printAddress(destination);
  if (!address.startsWith('127.') && address !== place.podIp) return `outside ${target}`;
  if (!place.running) return 'refused';
  if (APPLICATION_PORTS.includes(port)) return `app ${target}`;
  return place.sidecar ? 'HTTP/1.1 200 OK' : 'refused';
}

function addressOf(text: string): number {
  const address = readHost(text);
  if (address.kind !== 'value') throw new Error(`${text}: ${address.message}`);
  return address.value;
}
