import { expect } from 'chai';
import { canExist, coversInterface, prefixOf } from './interface-name.ts';

describe('names of interfaces', () => {
  const covered: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
    eth0: [['eth0'], ['eth', 'eth00', 'eth0+', 'ETH0']],
    'eth+': [
      ['eth', 'eth0', 'eth+', 'ether'],
      ['et', 'aeth0', 'ETH0'],
    ],
    'eth++': [
      ['eth+', 'eth+0'],
      ['eth', 'eth0'],
    ],
    'e+h0': [['e+h0'], ['e', 'eh0', 'eth0', 'e+h']],
    '++': [
      ['+', '+x'],
      ['x', 'eth+'],
    ],
    '+': [['lo', 'eth0', '+'], []],
  };
  for (const [pattern, [inside, outside]] of Object.entries(covered)) {
    it(`${pattern} covers ${inside.join(', ')}, and not ${outside.join(', ')}`, () => {
      expect([...inside, ...outside].filter((name) => coversInterface(pattern, name))).to.deep.equal(inside);
    });
  }

  it('have a prefix where they end in a plus', () => {
    expect(['eth+', 'eth++', '+', 'eth', 'e+h'].map(prefixOf)).to.deep.equal([
      'eth',
      'eth+',
      '',
      undefined,
      undefined,
    ]);
  });

  it('are not all possible', () => {
    const names = ['eth0', '.0', '...', '.+', '-', '*', 'eth0:1', ':', 'eth0:+', '.', '..'];
    expect(names.filter(canExist)).to.deep.equal(['eth0', '.0', '...', '.+', '-', '*']);
  });
});
