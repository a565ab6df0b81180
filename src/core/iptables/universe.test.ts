import { expect } from 'chai';
import fc from 'fast-check';
import { execute } from './execute.ts';
import { readCidr } from './cidr.ts';
import { canExist, coversInterface } from './interface-name.ts';
import { contains } from './interval-set.ts';
import type { Hook } from './model.ts';
import { volume } from './traffic-class.ts';
import { Interfaces, universe, usualInterface } from './universe.ts';

const address = (text: string): number => {
  const read = readCidr(text);
  return read.kind === 'value' ? read.value.address : Number.NaN;
};

describe('the universe', () => {
  it('holds every packet that can exist, and no other', () => {
    const interfaces = new Interfaces([]);
    const count = (hook: Hook): bigint =>
      universe(hook, interfaces).reduce((sum, box) => sum + volume(box), 0n);
    const elsewhere = 2n ** 32n - 2n ** 24n;
    const each = 3n * 2n ** 16n;
    expect(count('OUTPUT')).to.equal((elsewhere * 2n + 2n ** 24n) * each * 2n ** 32n);
    expect(count('PREROUTING')).to.equal(elsewhere * each);
  });
});

describe('usualInterface', () => {
  for (const [host, name] of Object.entries({
    '126.255.255.255': 'eth0',
    '127.0.0.0': 'lo',
    '127.0.0.1': 'lo',
    '127.255.255.255': 'lo',
    '128.0.0.0': 'eth0',
    '255.0.0.1': 'eth0',
  })) {
    it(`is ${name} for ${host}`, () => expect(usualInterface(address(host))).to.equal(name));
  }
});

describe('Interfaces', () => {
  const rules = (...names: readonly string[]): Interfaces =>
    new Interfaces([
      execute(names.map((name) => `iptables -t nat -A OUTPUT -o ${name} -j RETURN`).join(' && ')).rules,
    ]);

  it('number what rules name, with lo first and any other before it', () => {
    const interfaces = rules('net2', 'lo', 'net1', 'net2');
    expect(['lo', 'net1', 'net2', 'eth0', 'eth7'].map((name) => interfaces.numberOf(name))).to.deep.equal([
      1, 2, 3, 0, 0,
    ]);
    expect([0, 1, 2, 3].map((number) => interfaces.nameOf(number))).to.deep.equal([
      'eth0',
      'lo',
      'net1',
      'net2',
    ]);
    expect(interfaces.all).to.deep.equal([0, 3]);
  });

  it('call an interface that nobody names by a name that nobody has taken', () => {
    expect(rules('eth0').nameOf(0)).to.equal('eth1');
    expect(rules('eth0', 'eth1').nameOf(0)).to.equal('other');
    expect(rules('eth0', 'eth1', 'other').nameOf(0)).to.equal('any');
    expect(rules('e+', 'o+').nameOf(0)).to.equal('any');
    expect(rules('e+', 'o+', 'a+').nameOf(0)).to.equal('~');
  });

  it('number what is left of each prefix, behind the names and the longer prefixes that it holds', () => {
    const interfaces = rules('eth+', 'net1', 'eth0', 'eth1+', 'l+', 'eth10');
    const names = [
      'lo',
      'eth0',
      'eth10',
      'eth1',
      'eth17',
      'eth',
      'eth2',
      'lan',
      'net1',
      'et',
      'net10',
      'eth+',
    ];
    expect(names.map((name) => interfaces.numberOf(name))).to.deep.equal([
      1, 2, 3, 4, 4, 5, 5, 6, 7, 0, 0, 5,
    ]);
    expect(interfaces.all).to.deep.equal([0, 7]);
    expect(['eth+', 'eth1+', 'l+', 'eth0'].map((name) => interfaces.matchedBy(name))).to.deep.equal([
      [2, 5],
      [3, 4],
      [1, 1, 6, 6],
      [2, 2],
    ]);
    expect([4, 5, 6].map((number) => interfaces.nameOf(number))).to.deep.equal(['eth11', 'eth2', 'l0']);
    expect([0, 1, 2, 3, 4, 5].map((number) => interfaces.regionAround(number))).to.deep.equal([
      undefined,
      6,
      5,
      4,
      5,
      0,
    ]);
  });

  it('tell a plus that is part of a name from one that stands for more', () => {
    const interfaces = rules('e+h0', 'eth+', 'eth++');
    expect(['e+h0', 'exh0', 'eth+', 'eth+5', 'eth5'].map((name) => interfaces.numberOf(name))).to.deep.equal([
      1 + 1,
      0,
      3,
      3,
      4,
    ]);
    expect(interfaces.matchedBy('eth+')).to.deep.equal([3, 4]);
    expect(interfaces.nameOf(3)).to.equal('eth+0');
  });

  it('hold no name that the kernel gives to no interface', () => {
    const interfaces = rules('eth0:1', 'eth0:+', '.', '..', '.+');
    expect(interfaces.all).to.deep.equal([0, 2]);
    expect(['eth0:1', 'eth0:+', '.', '..'].map((name) => interfaces.matchedBy(name))).to.deep.equal([
      [],
      [],
      [],
      [],
    ]);
    expect(interfaces.nameOf(2)).to.equal('.0');
  });

  it('have for each number a name that a kernel can give, whatever rules name', () => {
    const character = fc.constantFrom('a', '0', '1', '9', '.', '-', '+', '@', '*');
    const pattern = fc
      .tuple(fc.string({ unit: character, minLength: 1, maxLength: 14 }), fc.constantFrom('', '+'))
      .map(([name, end]) => name + end)
      .filter((name) => name !== '+');
    const taken = Array.from({ length: 10 }, (_, digit) => `abcdefghijklmn${digit}`);
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), (patterns) => {
        const interfaces = rules(...patterns, 'abcdefghijklmn+', ...taken);
        for (let number = 0; number <= interfaces.all[1]!; number += 1) {
          const name = interfaces.nameOf(number);
          expect(name).to.match(/^(?!\.{1,2}$)[^/:\s]{1,15}$/);
          expect(interfaces.numberOf(name)).to.equal(number);
          for (const each of patterns) {
            const covered = contains(interfaces.matchedBy(each), number);
            expect(coversInterface(each, name) && canExist(each), `${each} ${name}`).to.equal(covered);
          }
        }
      }),
    );
  });
});
