/**
 * A traffic difference: a class of packets whose expected and installed verdicts differ, with one packet that shows it.
 *
 * The witness is not an example by guess: it is walked through both rule sets here, and without a differing verdict
 * there is no Difference.
 */
import { printAddress } from '../iptables/cidr.ts';
import type { RuleSet } from '../iptables/model.ts';
import { printVerdict, sameVerdict, type Packet } from '../iptables/packet.ts';
import { simulate } from '../iptables/simulate.ts';

export interface Witness {
  readonly hook: Packet['hook'];
  readonly protocol: Packet['protocol'];
  readonly destination: string;
  readonly port: number;
  /** null where a packet has no owner, as when it comes from another pod. */
  readonly uid: number | null;
  readonly interface: string;
}

export interface Difference {
  /** `tcp from uid not 1500 to 10.0.0.0/8` */
  readonly class: string;
  /** `bypass` or `redirect 15001` */
  readonly expected: string;
  readonly installed: string;
  readonly witness: Witness;
  /** The rules that decide, in the order in which the packet meets them. */
  readonly expectedTrace: readonly string[];
  readonly installedTrace: readonly string[];
}

/** The first of `candidates` that the two rule sets treat differently, or undefined. */
export function findDifference(
  trafficClass: string,
  candidates: readonly Packet[],
  expected: RuleSet,
  installed: RuleSet,
): Difference | undefined {
  for (const packet of candidates) {
    const should = simulate(expected, packet);
    const does = simulate(installed, packet);
    if (should === undefined || does === undefined || sameVerdict(should.verdict, does.verdict)) continue;
    return {
      class: trafficClass,
      expected: printVerdict(should.verdict),
      installed: printVerdict(does.verdict),
      witness: witnessOf(packet),
      expectedTrace: should.trace,
      installedTrace: does.trace,
    };
  }
  return undefined;
}

function witnessOf(packet: Packet): Witness {
  const { hook, protocol, destination, port, uid } = packet;
  const loopback = hook === 'OUTPUT' && destination >>> 24 === 127;
  return {
    hook,
    protocol,
    destination: printAddress(destination),
    port,
    uid: uid ?? null,
    interface: loopback ? 'lo' : 'eth0',
  };
}
