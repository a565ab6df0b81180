import { expect } from 'chai';
import { execute } from './execute.ts';
import { describeAddresses } from './describe-addresses.ts';
import { describeClass } from './describe.ts';
import { union, type IntervalSet } from './interval-set.ts';
import { network, readCidr } from './cidr.ts';
import type { Hook } from './model.ts';
import { addresses, restrictionOf } from './restriction.ts';
import { intersectClass } from './traffic-class.ts';
import { Interfaces, universe } from './universe.ts';

const rulesOf = (matches: string, chain: string): ReturnType<typeof execute> =>
  execute(`iptables -t nat -N A && iptables -t nat -A ${chain} ${matches} -j RETURN`);

/** The words for what the matches of a rule leave of all packets; of those to elsewhere than 127.0.0.0/8 when there are several. */
function told(hook: Hook, matches: string, part = 0): string {
  const { rules } = rulesOf(matches, 'A');
  const [rule] = rules.chains.get('A') ?? [];
  if (rule === undefined) throw new Error(matches);
  const interfaces = new Interfaces([rules]);
  const boxes = universe(hook, interfaces).flatMap((box) => {
    const common = intersectClass(box, restrictionOf(rule, hook, interfaces));
    return common === undefined ? [] : [common];
  });
  const box = boxes[part];
  return box === undefined ? 'nothing' : describeClass(hook, box, interfaces);
}

describe('describeClass', () => {
  const outbound: Readonly<Record<string, readonly [string, string]>> = {
    'a protocol and a network': ['-p tcp -d 10.0.0.0/8', 'tcp to 10.0.0.0/8'],
    'a user': ['-p tcp -d 10/8 -m owner --uid-owner 1500', 'tcp from uid 1500 to 10.0.0.0/8'],
    'every user but one': [
      '-p tcp -d 10/8 -m owner ! --uid-owner 1500',
      'tcp from uid not 1500 to 10.0.0.0/8',
    ],
    'a range of users': ['-p udp -d 10/8 -m owner --uid-owner 0-99', 'udp from uid 0-99 to 10.0.0.0/8'],
    'packets without a socket': [
      '-p udp -d 10/8 -m owner ! --uid-owner 0-4294967294',
      'udp without a socket to 10.0.0.0/8',
    ],
    'a port': ['-p tcp -d 10/8 --dport 80', 'tcp to 10.0.0.0/8 port 80'],
    'several ports': ['-p tcp -d 10/8 -m multiport --dports 443,80,81', 'tcp to 10.0.0.0/8 ports 80-81, 443'],
    'every port but some': [
      '-p tcp -d 10/8 -m multiport ! --dports 80,443',
      'tcp to 10.0.0.0/8 any port but 80, 443',
    ],
    'an interface': ['-p tcp -d 10/8 -o net1', 'tcp by net1 to 10.0.0.0/8'],
    'every interface but one': ['-p tcp -d 10/8 ! -o net1', 'tcp by any interface but net1 to 10.0.0.0/8'],
    'interfaces by their prefix': ['-p tcp -d 10/8 -o eth+', 'tcp by eth+ to 10.0.0.0/8'],
    'every interface but those of a prefix': [
      '-p tcp -d 10/8 ! -o eth+',
      'tcp by any interface but eth+ to 10.0.0.0/8',
    ],
    'the pod itself': ['-p tcp -o lo', "tcp to the pod's own address"],
    'the pod itself, on a port': ['-p tcp -o lo --dport 80', "tcp to the pod's own address, port 80"],
    'the pod itself, if its address is of a network': [
      '-p tcp -d 10/8 -o lo',
      "tcp to the pod's own address, if in 10.0.0.0/8",
    ],
    'no protocol at all': ['-d 10.0.0.0/8', 'traffic to 10.0.0.0/8'],
    'every protocol but one': ['! -p tcp -d 10/8', 'anything but tcp to 10.0.0.0/8'],
    'every protocol but the other': ['! -p udp -d 10/8', 'anything but udp to 10.0.0.0/8'],
    'anywhere but a network': ['-p tcp ! -d 10/8', 'tcp to anywhere but 10.0.0.0/8, 127.0.0.0/8'],
  };
  for (const [what, [matches, words]] of Object.entries(outbound)) {
    it(`names ${what}`, () => expect(told('OUTPUT', matches)).to.equal(words));
  }

  it('names loopback by its address, not by lo', () => {
    expect(told('OUTPUT', '-p tcp -d 127.0.0.1')).to.equal('tcp to 127.0.0.1/32');
  });

  const inbound: Readonly<Record<string, readonly [string, string]>> = {
    'everything that comes in': ['-p tcp', 'inbound tcp'],
    'a port of the pod': ['-p tcp --dport 80', 'inbound tcp to port 80'],
    'every port but one': ['-p tcp ! --dport 80', 'inbound tcp to any port but 80'],
    'an interface': ['-p tcp -i net1', 'inbound tcp by net1'],
    'interfaces by their prefix': ['-p tcp -i eth+', 'inbound tcp by eth+'],
    'a prefix that holds lo, which nothing comes in by': ['-p tcp -i l+', 'inbound tcp by l+'],
    'every interface but those of a prefix': ['-p tcp ! -i eth+', 'inbound tcp by any interface but eth+'],
    'a network': ['-p tcp -d 10/8', 'inbound tcp to 10.0.0.0/8'],
  };
  for (const [what, [matches, words]] of Object.entries(inbound)) {
    it(`names ${what} for inbound traffic`, () => expect(told('PREROUTING', matches)).to.equal(words));
  }

  it('names any protocols', () => {
    const interfaces = new Interfaces([]);
    const [box] = universe('PREROUTING', interfaces);
    const names = [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 1],
      [1, 2],
      [0, 0, 2, 2],
      [0, 2],
    ].map((protocol) => describeClass('PREROUTING', { ...box!, protocol }, interfaces));
    expect(names).to.deep.equal([
      'inbound tcp',
      'inbound udp',
      'inbound anything but tcp and udp',
      'inbound tcp and udp',
      'inbound anything but tcp',
      'inbound anything but udp',
      'inbound traffic',
    ]);
  });

  it('counts what would be too much to list', () => {
    const ports = Array.from({ length: 15 }, (_, i) => 10 + i * 2).join();
    expect(told('PREROUTING', `-p tcp -m multiport --dports ${ports}`)).to.equal(
      'inbound tcp to ports 10, 12, 14, 16, 18, 20 and 9 more',
    );
  });
});

describe('describeAddresses', () => {
  const set = (...networks: readonly string[]): IntervalSet =>
    union(
      networks.map((text) => {
        const read = readCidr(text);
        return read.kind === 'value' ? addresses(read.value) : [];
      }),
    );
  it('says a set in the shortest way', () => {
    expect(describeAddresses(set('10.0.0.0/9', '10.128.0.0/9'))).to.equal('10.0.0.0/8');
    expect(describeAddresses(set('10.0.0.0/8', '192.168.0.0/16'))).to.equal('10.0.0.0/8, 192.168.0.0/16');
    expect(describeAddresses(set('0.0.0.0/1', '192.0.0.0/2'))).to.equal('anywhere but 128.0.0.0/2');
    expect(describeAddresses([0, 0x09ffffff, 0x0b000000, 0xffffffff])).to.equal('anywhere but 10.0.0.0/8');
    expect(describeAddresses([0x0a000000, 0x0a000004, 0x0a000006, 0x0affffff])).to.equal(
      '10.0.0.0/8 except 10.0.0.5/32',
    );
    expect(describeAddresses(addresses(network(0, 0)))).to.equal('0.0.0.0/0');
    expect(describeAddresses([0xffffffff, 0xffffffff])).to.equal('255.255.255.255/32');
    expect(describeAddresses([1, 6])).to.equal('0.0.0.0/29 except 0.0.0.0/32, 0.0.0.7/32');
  });
});
