import { expect } from 'chai';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { execute } from './execute.ts';
import { printVerdict, type Packet } from './packet.ts';
import { printMatch } from './print.ts';
import { simulate, type Walk } from './simulate.ts';
import { BUILT_IN_CHAINS, type Rule, type RuleSet } from './model.ts';
import { usualInterface } from './universe.ts';

const inbound = (port: number): Packet => ({
  hook: 'PREROUTING',
  protocol: 'tcp',
  destination: 0x0af40002,
  port,
  uid: undefined,
  interface: 'eth0',
});
const outbound = (destination: number, port: number, uid = 1000): Packet => {
  return {
    hook: 'OUTPUT',
    protocol: 'tcp',
    destination,
    port,
    uid,
    interface: usualInterface(destination),
  };
};
const service = 0x0a60000a;
const fromNobody: Packet = { ...outbound(service, 80), uid: undefined };

function walkOf(rules: RuleSet, packet: Packet): Walk {
  const walk = simulate(rules, packet);
  if (walk === undefined) throw new Error('the walk was given up');
  return walk;
}

describe('simulate', () => {
  const guide = execute(GUIDE_SCRIPTS.ports).rules;
  const cases: Readonly<Record<string, readonly [Packet, string]>> = {
    'sends inbound traffic to the inbound listener': [inbound(80), 'redirect 15003'],
    'lets the metrics port through': [inbound(15010), 'bypass'],
    'sends outbound traffic to the outbound listener': [outbound(service, 80), 'redirect 15001'],
    "lets Envoy's own traffic go": [outbound(service, 80, 1500), 'bypass'],
    'redirects traffic of no known user': [fromNobody, 'redirect 15001'],
    'lets loopback go': [outbound(0x7f000001, 80), 'bypass'],
    'redirects the rest of 127.0.0.0/8, as the kernel does': [outbound(0x7f000002, 80), 'redirect 15001'],
    'lets excluded ports go': [outbound(service, 7070), 'bypass'],
    'redirects ports beside the excluded ones': [outbound(service, 7071), 'redirect 15001'],
    'leaves udp alone': [{ ...outbound(service, 80), protocol: 'udp' }, 'bypass'],
  };
  for (const [sentence, [packet, verdict]] of Object.entries(cases)) {
    it(sentence, () => expect(printVerdict(walkOf(guide, packet).verdict)).to.equal(verdict));
  }

  it('names the rules that decide, in order', () => {
    expect(walkOf(guide, outbound(service, 80)).trace).to.deep.equal([
      '-A OUTPUT -p tcp -j PROXY_OUTPUT',
      '-A PROXY_OUTPUT -j PROXY_REDIRECT',
      '-A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    ]);
  });

  it('goes on behind a chain that returns, and stops at ACCEPT', () => {
    const script = [
      '-N A',
      '-A A -j RETURN',
      '-A OUTPUT -j A',
      '-A OUTPUT -j ACCEPT',
      '-A OUTPUT -p tcp -j REDIRECT --to-port 1',
    ];
    const { rules } = execute(script.map((line) => `iptables -t nat ${line}`).join(' && '));
    const walk = walkOf(rules, outbound(service, 80));
    expect(printVerdict(walk.verdict)).to.equal('bypass');
    expect(walk.trace.at(-1)).to.equal('-A OUTPUT -j ACCEPT');
  });

  it('gives up in a loop of chains, and where chains multiply', () => {
    // No kernel takes a loop, so it has to be made by hand.
    const jump: Rule = { matches: [], target: { kind: 'jump', chain: 'A' } };
    const chains = new Map<string, readonly Rule[]>(BUILT_IN_CHAINS.map((name) => [name, []]));
    const loop: RuleSet = { chains: chains.set('OUTPUT', [jump]).set('A', [jump]) };
    expect(simulate(loop, outbound(service, 80))).to.equal(undefined);
    const doubling = (name: string): readonly Rule[] => {
      const rule: Rule = { matches: [], target: { kind: 'jump', chain: name } };
      return [rule, rule];
    };
    const towers = Array.from({ length: 40 }, (_, i): [string, readonly Rule[]] => [
      `L_${i}`,
      i === 0 ? [] : doubling(`L_${i - 1}`),
    ]);
    const tower: RuleSet = { chains: new Map([...chains, ...towers, ['OUTPUT', doubling('L_39')]]) };
    expect(simulate(tower, outbound(service, 80))).to.equal(undefined);
  });

  it('takes one plus for every interface and for none, and its negation for nothing', () => {
    const lines = [
      '-N A',
      '-A OUTPUT -p tcp -j A',
      '-A PREROUTING -p tcp -j A',
      '-A A ! -i + -p tcp -j REDIRECT --to-port 1',
      '-A A ! -o + -p tcp -j REDIRECT --to-port 2',
      '-A A -i eth+ -o eth+ -p tcp -j REDIRECT --to-port 3',
      '-A A -i + -o + -p tcp --dport 80 -j REDIRECT --to-port 4',
      '-A A -o eth+ -p tcp -j REDIRECT --to-port 5',
      '-A A -i eth+ -p tcp -j REDIRECT --to-port 6',
    ];
    const { rules } = execute(lines.map((line) => `iptables -t nat ${line}`).join(' && '));
    const verdict = (packet: Packet): string => printVerdict(walkOf(rules, packet).verdict);
    expect([80, 81].map((port) => verdict(outbound(service, port)))).to.deep.equal([
      'redirect 4',
      'redirect 5',
    ]);
    expect([80, 81].map((port) => verdict(inbound(port)))).to.deep.equal(['redirect 4', 'redirect 6']);
    expect(verdict({ ...inbound(81), interface: 'net1' })).to.equal('bypass');
  });

  it('negates each kind of match', () => {
    const lines = [
      '! -d 10.0.0.0/8 -p tcp -j REDIRECT --to-port 1',
      '-p tcp ! --dport 80 -j REDIRECT --to-port 2',
      '-p tcp -m multiport ! --dports 80,81 -j REDIRECT --to-port 3',
      '-p tcp -m owner ! --uid-owner 1000 -j REDIRECT --to-port 4',
    ];
    const { rules } = execute(lines.map((line) => `iptables -t nat -A OUTPUT ${line}`).join(' && '));
    const verdict = (packet: Packet): string => printVerdict(walkOf(rules, packet).verdict);
    expect(verdict(outbound(0x01010101, 80))).to.equal('redirect 1');
    expect(verdict(outbound(service, 81))).to.equal('redirect 2');
    expect(verdict(outbound(service, 80, 1001))).to.equal('redirect 4');
    expect(verdict(fromNobody)).to.equal('redirect 4');
    expect(verdict(outbound(service, 80))).to.equal('bypass');
  });

  it('tells of every rule that the packet meets, and of the condition that does not hold', () => {
    const looks: string[] = [];
    const walk = simulate(guide, outbound(service, 80, 1500), ({ chain, index, depth, missed }) => {
      looks.push(`${depth} ${chain} ${index} ${missed === undefined ? 'matches' : printMatch(missed)}`);
    });
    expect(looks).to.deep.equal([
      '0 OUTPUT 0 matches',
      '1 PROXY_OUTPUT 0 -m multiport --dports 6379,7070,8080',
      '1 PROXY_OUTPUT 1 matches',
    ]);
    expect(looks.filter((look) => look.endsWith('matches'))).to.have.length(walk?.steps.length ?? 0);
  });
});
