/**
 * Picks one packet out of a traffic class that a person would believe at once: an application's user, a well-known port,
 * a host that is neither a network's own address nor its broadcast.
 */
import { contains, intersect, intervals, subtract, type IntervalSet } from './interval-set.ts';
import type { Hook } from './model.ts';
import type { Packet } from './packet.ts';
import type { TrafficClass } from './traffic-class.ts';
import {
  ALL_ADDRESSES,
  LO,
  LOOPBACK_ADDRESSES,
  NO_SOCKET,
  OWN_ADDRESS,
  PROTOCOLS,
  type Interfaces,
} from './universe.ts';

const USUAL_UIDS = [1000, 0, 1001];
const USUAL_PORTS = [80, 443, 8080, 9];
/** 10.96.0.10, a service; 203.0.113.10, a host outside; 10.244.0.9, another pod; 127.0.0.1 and .2. */
const USUAL_HOSTS = [0x0a60000a, 0xcb00710a, 0x0af40009, 0x7f000001, 0x7f000002];
/** 0.0.0.0/8 and all from 224.0.0.0 on: nothing that a connection can be opened to. */
const NOT_HOSTS: IntervalSet = [0, 0x00ffffff, 0xe0000000, 0xffffffff];

export function witness(hook: Hook, box: TrafficClass, interfaces: Interfaces): Packet {
  const protocol = Object.entries(PROTOCOLS).find(([, number]) => contains(box.protocol, number))?.[0];
  const uid = hook === 'PREROUTING' ? NO_SOCKET : pick(box.uid, USUAL_UIDS);
  const onlyLo = box.interface.length === 2 && box.interface[0] === LO && box.interface[1] === LO;
  const inside = hook === 'PREROUTING' || onlyLo;
  const destination = pickHost(box.destination, inside ? [OWN_ADDRESS, ...USUAL_HOSTS] : USUAL_HOSTS);
  const loopback = contains(LOOPBACK_ADDRESSES, destination);
  return {
    hook,
    protocol: protocol === 'udp' || protocol === 'other' ? protocol : 'tcp',
    destination,
    port: pick(subtract(box.port, [0, 0]), USUAL_PORTS, box.port),
    uid: uid === NO_SOCKET ? undefined : uid,
    interface: loopback || onlyLo ? 'lo' : interfaces.nameOf(pickInterface(box.interface)),
  };
}

/** One that nobody names, as eth0, or the first that somebody does. */
function pickInterface(set: IntervalSet): number {
  const [first = 0] = subtract(set, [LO, LO]);
  return first;
}

function pickHost(set: IntervalSet, usual: readonly number[]): number {
  const hosts = intersect(set, subtract(ALL_ADDRESSES, NOT_HOSTS));
  const favourite = usual.find((host) => contains(hosts, host));
  if (favourite !== undefined) return favourite;
  const parts = intervals(hosts.length > 0 ? hosts : set);
  const roomy = parts.find(({ from, to }) => to - from >= 2) ?? parts[0];
  if (roomy === undefined) return 0;
  return roomy.to - roomy.from >= 2 ? roomy.from + 1 : roomy.from;
}

function pick(set: IntervalSet, usual: readonly number[], fallback: IntervalSet = set): number {
  return usual.find((value) => contains(set, value)) ?? set[0] ?? fallback[0] ?? 0;
}
