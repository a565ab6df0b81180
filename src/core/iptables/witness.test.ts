import { expect } from 'chai';
import fc from 'fast-check';
import { printAddress } from './cidr.ts';
import { contains, interval, subtract, type IntervalSet } from './interval-set.ts';
import { execute } from './execute.ts';
import type { Hook } from './model.ts';
import { containsPoint, type TrafficClass } from './traffic-class.ts';
import { ALL_ADDRESSES, ALL_PORTS, ALL_UIDS, Interfaces, LO, NO_SOCKET, pointOf } from './universe.ts';
import { witness } from './witness.ts';

const interfaces = new Interfaces([], ['net1']);
const EVERYTHING: TrafficClass = {
  protocol: interval(0, 2),
  interface: interfaces.all,
  uid: ALL_UIDS,
  destination: ALL_ADDRESSES,
  port: ALL_PORTS,
};

/** `tcp 10.96.0.10:80 from 1000 by eth0` */
function told(rest: Partial<TrafficClass>, hook: Hook = 'OUTPUT'): string {
  const packet = witness(hook, { ...EVERYTHING, ...rest }, interfaces);
  const to = `${printAddress(packet.destination)}:${packet.port}`;
  return `${packet.protocol} ${to} from ${packet.uid ?? 'nobody'} by ${packet.interface}`;
}

describe('witness', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'is what people know': [told({}), 'tcp 10.96.0.10:80 from 1000 by eth0'],
    'is root where no application will do': [
      told({ uid: interval(0, 999) }),
      'tcp 10.96.0.10:80 from 0 by eth0',
    ],
    'takes the user that there is': [
      told({ uid: interval(1500, 1500) }),
      'tcp 10.96.0.10:80 from 1500 by eth0',
    ],
    'has no user where there is no socket': [
      told({ uid: interval(NO_SOCKET, NO_SOCKET) }),
      'tcp 10.96.0.10:80 from nobody by eth0',
    ],
    'is a host inside a network, neither its first address nor its last': [
      told({ destination: interval(0xc0a80000, 0xc0a8ffff) }),
      'tcp 192.168.0.1:80 from 1000 by eth0',
    ],
    'is the one in the middle of three': [
      told({ destination: [0x08080808, 0x08080808, 0xc0a80000, 0xc0a80002] }),
      'tcp 192.168.0.1:80 from 1000 by eth0',
    ],
    'leaves by another interface than lo where it can': [
      told({ interface: interval(1, 2) }),
      'tcp 10.96.0.10:80 from 1000 by net1',
    ],
    'takes the one address that there is': [
      told({ destination: interval(0xc0a80000, 0xc0a80000) }),
      'tcp 192.168.0.0:80 from 1000 by eth0',
    ],
    'is never multicast where something else will do': [
      told({ destination: [0x08080808, 0x08080808, 0xe0000000, 0xffffffff] }),
      'tcp 8.8.8.8:80 from 1000 by eth0',
    ],
    'leaves loopback by lo': [
      told({ destination: interval(0x7f000002, 0x7fffffff) }),
      'tcp 127.0.0.2:80 from 1000 by lo',
    ],
    'sends by lo to the pod itself': [
      told({ interface: interval(LO, LO), destination: interval(0x0a000000, 0x0affffff) }),
      'tcp 10.244.0.5:80 from 1000 by lo',
    ],
    'takes a named interface where it must': [
      told({ interface: interval(2, 2) }),
      'tcp 10.96.0.10:80 from 1000 by net1',
    ],
    'takes another well-known port': [
      told({ port: interval(81, 9000) }),
      'tcp 10.96.0.10:443 from 1000 by eth0',
    ],
    'avoids port zero': [told({ port: interval(0, 5) }), 'tcp 10.96.0.10:1 from 1000 by eth0'],
    'takes port zero where there is no other': [
      told({ port: interval(0, 0) }),
      'tcp 10.96.0.10:0 from 1000 by eth0',
    ],
    'takes udp where there is no tcp': [
      told({ protocol: interval(1, 2) }),
      'udp 10.96.0.10:80 from 1000 by eth0',
    ],
    'comes from nobody to the pod when it is inbound': [
      told({}, 'PREROUTING'),
      'tcp 10.244.0.5:80 from nobody by eth0',
    ],
  };
  for (const [sentence, [packet, expected]] of Object.entries(cases)) {
    it(sentence, () => expect(packet).to.equal(expected));
  }

  it('comes by an interface of a prefix that nobody names', () => {
    const { rules } = execute(
      ['eth+', 'eth0', 'net+'].map((name) => `iptables -t nat -A OUTPUT -o ${name} -j RETURN`).join(' && '),
    );
    const regions = new Interfaces([rules]);
    const by = (set: IntervalSet, hook: Hook = 'OUTPUT'): string =>
      witness(hook, { ...EVERYTHING, interface: set }, regions).interface;
    const eth = regions.matchedBy('eth+');
    expect(by(eth)).to.equal('eth0');
    expect(by(subtract(eth, regions.matchedBy('eth0')), 'PREROUTING')).to.equal('eth1');
    expect(by(regions.matchedBy('net+'))).to.equal('net0');
    expect(by(subtract(regions.all, eth))).to.equal('other');
  });

  it('is always in the class', () => {
    const set = (last: number): fc.Arbitrary<IntervalSet> =>
      fc.tuple(fc.nat(last), fc.nat(last)).map(([a, b]) => interval(Math.min(a, b), Math.max(a, b)));
    const box = fc.record({
      protocol: set(2),
      uid: set(NO_SOCKET),
      destination: set(0x7effffff),
      port: set(65535),
    });
    fc.assert(
      fc.property(box, (rest) => {
        const whole = { ...EVERYTHING, ...rest, interface: interval(2, 2) };
        const packet = witness('OUTPUT', whole, interfaces);
        expect(containsPoint(whole, pointOf(packet, interfaces))).to.equal(true);
        expect(contains(whole.port, packet.port)).to.equal(true);
      }),
    );
  });
});
