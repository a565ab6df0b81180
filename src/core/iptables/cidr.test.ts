import { expect } from 'chai';
import fc from 'fast-check';
import { contains, covers, network, printCidr, readCidr } from './cidr.ts';

describe('readCidr', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'clears the host bits, as the kernel stores it': ['2.2.2.2/24', '2.2.2.0/24'],
    'takes an address without a prefix for one host': ['1.1.1.1', '1.1.1.1/32'],
    'takes a null prefix for everything': ['10.1.2.3/0', '0.0.0.0/0'],
    'keeps the highest address': ['255.255.255.255/32', '255.255.255.255/32'],
    'refuses a prefix beyond 32': ['1.1.1.1/33', "refused: invalid mask `33' specified"],
    'refuses a prefix that is neither octal nor decimal': [
      '1.1.1.1/08',
      "refused: invalid mask `08' specified",
    ],
    'does not guess at an octal prefix': ['1.1.1.1/010', 'not-understood: the mask "010"'],
    'takes anything before a null prefix for everything, as iptables does': ['999.1.1.1/0', '0.0.0.0/0'],
    'takes even IPv6 before a null prefix for everything': ['::/0', '0.0.0.0/0'],
    'refuses IPv4 inside IPv6': ['::ffff:1.1.1.1', "refused: host/network `::ffff:1.1.1.1' not found"],
    'refuses an empty prefix': ['1.1.1.1/', "refused: invalid mask `' specified"],
    'refuses an octet beyond 255': ['999.1.1.1/24', "refused: host/network `999.1.1.1' not found"],
    'refuses IPv6': ['fd00::/8', "refused: host/network `fd00::' not found"],
    'refuses two slashes': ['1.1.1.1/8/8', "refused: host/network `1.1.1.1/8' not found"],
    'refuses nothing at all': ['', "refused: host/network `' not found"],
    'does not guess at octal octets': [
      '010.0.0.1',
      'not-understood: the address 010.0.0.1: iptables reads an octet with a leading zero as octal',
    ],
    'reads a mask in dots': ['10.1.2.3/255.255.0.0', '10.1.0.0/16'],
    'does not guess at masks that are none': [
      '10.0.0.0/255.255.256.0',
      'not-understood: the mask "255.255.256.0"',
    ],
    'does not guess at masks with holes': ['10.0.0.0/255.0.255.0', 'not-understood: the mask "255.0.255.0"'],
    'takes missing octets for zero': ['10.1/16', '10.1.0.0/16'],
    'does not guess at one number for an address': ['16843009/32', 'not-understood: the address 16843009'],
    'does not resolve host names': [
      'example.com',
      'not-understood: the host "example.com", which is looked up where the script runs',
    ],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => {
      const read = readCidr(text);
      expect(read.kind === 'value' ? printCidr(read.value) : `${read.kind}: ${read.message}`).to.equal(
        outcome,
      );
    });
  }

  it('reads back what printCidr prints', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(32), (address, prefix) => {
        const cidr = network(address, prefix);
        expect(readCidr(printCidr(cidr))).to.deep.equal({ kind: 'value', value: cidr });
      }),
    );
  });
});

describe('covers', () => {
  it('holds exactly when the outer network contains both ends of the inner one', () => {
    const networks = fc
      .tuple(fc.nat(0xffffffff), fc.nat(32))
      .map(([address, prefix]) => network(address, prefix));
    fc.assert(
      fc.property(networks, networks, (outer, inner) => {
        const last = inner.address + 2 ** (32 - inner.prefix) - 1;
        expect(covers(outer, inner)).to.equal(contains(outer, inner.address) && contains(outer, last));
      }),
    );
  });
});
