import { expect } from 'chai';
import { execute } from './execute.ts';
import { readCidr } from './cidr.ts';
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
  });
});
