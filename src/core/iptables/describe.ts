/**
 * Says in words which packets a traffic class holds: `tcp from uid not 1500 to 10.0.0.0/8 port 6379`.
 *
 * What may be anything is left out. A set is said in the shortest of three ways: its parts, what is missing from it, or
 * a part of the address space except some.
 */
import { describeAddresses, joined } from './describe-addresses.ts';
import { describeInterfaces } from './describe-interfaces.ts';
import { equal, intersect, intervals, subtract, type IntervalSet } from './interval-set.ts';
import type { Hook } from './model.ts';
import type { TrafficClass } from './traffic-class.ts';
import {
  ALL_ADDRESSES,
  ALL_PORTS,
  ALL_UIDS,
  LO,
  LOOPBACK_ADDRESSES,
  NO_SOCKET,
  type Interfaces,
} from './universe.ts';

export function describeClass(hook: Hook, box: TrafficClass, interfaces: Interfaces): string {
  const onlyLo = hook === 'OUTPUT' && equal(box.interface, [LO, LO]);
  const loopback = intersect(box.destination, LOOPBACK_ADDRESSES);
  // What leaves by lo goes to loopback, which needs no other word, or to the pod itself.
  const ownAddress = onlyLo && loopback.length === 0;
  const silent = ownAddress || (onlyLo && equal(loopback, box.destination));
  const words = [
    hook === 'PREROUTING' ? 'inbound' : '',
    describeProtocol(box.protocol),
    hook === 'PREROUTING' ? '' : describeUids(box.uid),
    silent ? '' : describeBy(hook, box.interface, interfaces),
    describeDestination(hook, box, ownAddress),
  ];
  return words.filter((word) => word !== '').join(' ');
}

function describeProtocol(set: IntervalSet): string {
  switch (set.join()) {
    case '0,0':
      return 'tcp';
    case '1,1':
      return 'udp';
    case '0,1':
      return 'tcp and udp';
    case '0,2':
      return 'traffic';
    case '1,2':
      return 'anything but tcp';
    case '2,2':
      return 'anything but tcp and udp';
    default:
      return 'anything but udp';
  }
}

function describeUids(set: IntervalSet): string {
  if (equal(set, ALL_UIDS)) return '';
  if (equal(set, [NO_SOCKET, NO_SOCKET])) return 'without a socket';
  return `from uid ${shortest(set, ALL_UIDS)}`;
}

function describeBy(hook: Hook, set: IntervalSet, interfaces: Interfaces): string {
  const possible = hook === 'OUTPUT' ? interfaces.all : subtract(interfaces.all, [LO, LO]);
  const words = describeInterfaces(set, possible, interfaces);
  return words === '' ? '' : `by ${words}`;
}

function describeDestination(hook: Hook, box: TrafficClass, ownAddress: boolean): string {
  const port = equal(box.port, ALL_PORTS) ? '' : describePorts(box.port);
  // Inbound traffic never goes to 127.0.0.0/8, so saying that it does not says nothing.
  const silent =
    hook === 'PREROUTING' || ownAddress ? subtract(ALL_ADDRESSES, LOOPBACK_ADDRESSES) : ALL_ADDRESSES;
  const everywhere = equal(intersect(box.destination, silent), silent);
  const where = everywhere ? '' : describeAddresses(box.destination);
  const own = ownAddress ? `the pod's own address${where === '' ? '' : `, if in ${where}`}` : where;
  if (own === '' || port === '') return own + port === '' ? '' : `to ${own}${port}`;
  return `to ${own}${own.includes(' ') ? ',' : ''} ${port}`;
}

function describePorts(set: IntervalSet): string {
  const text = shortest(set, ALL_PORTS);
  if (text.startsWith('not ')) return `any port but ${text.slice('not '.length)}`;
  return `${/^[0-9]+$/.test(text) ? 'port' : 'ports'} ${text}`;
}

/** Numbers and ranges of numbers, or what is missing from all of them. */
function shortest(set: IntervalSet, all: IntervalSet): string {
  const direct = intervals(set);
  const missing = intervals(subtract(all, set));
  const text = (parts: readonly { readonly from: number; readonly to: number }[]): string =>
    joined(parts.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)));
  return missing.length < direct.length || (missing.length === direct.length && isSmaller(missing, direct))
    ? `not ${text(missing)}`
    : text(direct);
}

function isSmaller(
  a: readonly { readonly from: number; readonly to: number }[],
  b: readonly { readonly from: number; readonly to: number }[],
): boolean {
  const size = (parts: typeof a): number => parts.reduce((sum, { from, to }) => sum + to - from, 0);
  return size(a) < size(b);
}
