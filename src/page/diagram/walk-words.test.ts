import { expect } from 'chai';
import { execute } from '../../core/iptables/execute.ts';
import { packetOf, wayOf } from './walk-words.ts';

const rulesOf = (lines: readonly string[]): ReturnType<typeof execute>['rules'] =>
  execute(lines.map((line) => `iptables -t nat ${line}`).join(' && ')).rules;

const WITNESS = {
  hook: 'OUTPUT',
  protocol: 'tcp',
  destination: '10.0.0.5',
  port: 80,
  uid: null,
  interface: 'eth0',
} as const;

describe('the way of a packet in words', () => {
  const packet = packetOf(WITNESS);
  if (packet === undefined) throw new Error('no packet');
  const cases: Readonly<Record<string, readonly [readonly string[], readonly string[], string]>> = {
    'says why a rule does not apply, and where one leads': [
      [
        '-N A',
        '-A OUTPUT -p tcp --dport 81 -j ACCEPT',
        '-A OUTPUT -j A',
        '-A A -p tcp -j REDIRECT --to-port 15001',
      ],
      [
        'does not apply: -m tcp --dport 81 does not hold',
        'applies: on to A',
        'applies: the packet is sent on: redirect 15001',
      ],
      'redirect 15001',
    ],
    'goes on behind a chain that returns, and ends in the policy': [
      ['-N A', '-A OUTPUT -j A', '-A A -j RETURN', '-A OUTPUT -p udp -j ACCEPT'],
      [
        'applies: on to A',
        'applies: back to where the packet came from',
        'does not apply: -p udp does not hold',
      ],
      'bypass by policy',
    ],
    'says that nothing is behind the return of a hook': [
      ['-A OUTPUT -j RETURN', '-A OUTPUT -j ACCEPT'],
      ['applies: the policy of the hook decides'],
      'bypass by policy',
    ],
    'ends where a rule is not understood': [
      ['-A OUTPUT -m statistic --mode random --probability 0.5 -j ACCEPT'],
      ['is not understood: it may apply or not'],
      'unknown',
    ],
    'has no rule to meet in an empty table': [[], [], 'bypass by policy'],
  };
  for (const [sentence, [lines, outcomes, verdict]] of Object.entries(cases)) {
    it(sentence, () => {
      const way = wayOf(rulesOf(lines), packet);
      expect(way?.steps.map(({ outcome }) => outcome)).to.deep.equal(outcomes);
      expect(`${way?.verdict ?? ''}${way?.byPolicy === true ? ' by policy' : ''}`).to.equal(verdict);
    });
  }

  it('gives up on a way that nobody would read', () => {
    const many = Array.from(
      { length: 201 },
      (_, port) => `-A OUTPUT -p tcp --dport ${port + 1000} -j RETURN`,
    );
    expect(wayOf(rulesOf(many), packet)).to.equal(undefined);
  });

  it('makes no packet of an address that is none', () => {
    expect(packetOf({ ...WITNESS, destination: 'somewhere' })).to.equal(undefined);
  });
});
