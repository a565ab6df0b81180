import { expect } from 'chai';
import fc from 'fast-check';
import { describeInterfaces } from './describe-interfaces.ts';
import { execute } from './execute.ts';
import { EMPTY, interval, subtract, union, type IntervalSet } from './interval-set.ts';
import { Interfaces } from './universe.ts';

const PATTERNS = ['eth+', 'eth0', 'eth1', 'eth1+', 'net+', 'net1', 'lo', 'l+'];
const interfaces = new Interfaces([
  execute(PATTERNS.map((name) => `iptables -t nat -A OUTPUT -o ${name} -j RETURN`).join(' && ')).rules,
]);
const named = (pattern: string): IntervalSet =>
  pattern === 'any interface' ? interfaces.all : interfaces.matchedBy(pattern);

/** `eth+ -eth0`: what the first names, with or without what each of the others does. */
function setOf(steps: string): IntervalSet {
  return steps.split(' ').reduce<IntervalSet>((set, step) => {
    const other = step === 'all' ? interfaces.all : named(step.replace(/^-/, ''));
    return step.startsWith('-') ? subtract(set, other) : union([set, other]);
  }, EMPTY);
}

/** What the words say, read as plainly as they are meant. */
function meantBy(words: string): IntervalSet {
  return union(
    words.split(' or ').map((part) => {
      const [whole = '', exceptions] = part.split(/ but (?:not )?/);
      const listed = union(whole.split(', ').map(named));
      return exceptions === undefined ? listed : subtract(listed, union(exceptions.split(', ').map(named)));
    }),
  );
}

describe('describeInterfaces', () => {
  const cases: Readonly<Record<string, string>> = {
    all: '',
    eth0: 'eth0',
    'net1 eth0': 'eth0, net1',
    'eth+': 'eth+',
    'eth+ net1': 'eth+, net1',
    'eth+ -eth0': 'eth+ but not eth0',
    'eth+ -eth0 -eth1': 'eth+ but not eth0, eth1',
    'eth+ -eth1+': 'eth+ but not eth1+',
    'eth+ -eth1+ eth1': 'eth1 or eth+ but not eth1+',
    'eth1+ -eth1': 'eth1+ but not eth1',
    'eth+ -eth0 lo net1': 'lo, net1 or eth+ but not eth0',
    'eth+ net+ -eth0 -net1': 'eth+ but not eth0 or net+ but not net1',
    'l+ -lo': 'l+ but not lo',
    'all -lo': 'any interface but lo',
    'all -lo -eth+': 'any interface but lo, eth+',
    'all -eth+ eth1+': 'eth1+ or any interface but eth+',
    'all -l+ -eth0': 'any interface but eth0, l+',
  };
  for (const [steps, words] of Object.entries(cases)) {
    it(`says ${words === '' ? 'nothing of all there are' : `"${words}"`}`, () => {
      expect(describeInterfaces(setOf(steps), interfaces.all, interfaces)).to.equal(words);
    });
  }

  it('passes over what a packet cannot come by', () => {
    const withoutLo = subtract(interfaces.all, named('lo'));
    const told = (steps: string): string =>
      describeInterfaces(subtract(setOf(steps), named('lo')), withoutLo, interfaces);
    expect([told('all'), told('l+'), told('all -eth0')]).to.deep.equal(['', 'l+', 'any interface but eth0']);
  });

  it('says neither more nor less than there is', () => {
    const number = fc.nat(interfaces.all[1]!);
    fc.assert(
      fc.property(fc.uniqueArray(number, { minLength: 1, maxLength: PATTERNS.length }), (numbers) => {
        const set = union(numbers.map((each) => interval(each, each)));
        expect(meantBy(describeInterfaces(set, interfaces.all, interfaces))).to.deep.equal(set);
      }),
    );
  });
});
