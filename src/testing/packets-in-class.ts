/** Packets drawn from a traffic class: ends of its intervals as often as their insides. */
import { intervals, type IntervalSet } from '../core/iptables/interval-set.ts';
import type { Hook } from '../core/iptables/model.ts';
import type { Packet } from '../core/iptables/packet.ts';
import type { TrafficClass } from '../core/iptables/traffic-class.ts';
import { NO_SOCKET, type Interfaces } from '../core/iptables/universe.ts';
import type { Random } from './random.ts';

const PROTOCOLS = ['tcp', 'udp', 'other'] as const;

export function packetsIn(
  hook: Hook,
  box: TrafficClass,
  interfaces: Interfaces,
  count: number,
  random: Random,
): readonly Packet[] {
  return Array.from({ length: count }, (): Packet => {
    const destination = draw(box.destination, random);
    const uid = draw(box.uid, random);
    const loopback = hook === 'OUTPUT' && destination >>> 24 === 127;
    return {
      hook,
      protocol: PROTOCOLS[draw(box.protocol, random)]!,
      destination,
      port: draw(box.port, random),
      uid: uid === NO_SOCKET ? undefined : uid,
      interface: loopback ? 'lo' : interfaces.nameOf(draw(box.interface, random)),
    };
  });
}

function draw(set: IntervalSet, random: Random): number {
  const { from, to } = random.pick(intervals(set));
  return random.pick([from, to, from + random.below(to - from + 1)]);
}
