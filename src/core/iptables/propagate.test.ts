import { expect } from 'chai';
import fc from 'fast-check';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { naiveVerdict } from '../../testing/naive-nat.ts';
import { osmScript, RELEASES } from '../../testing/osm-scripts.ts';
import { anyPacket, anyRuleSet } from '../../testing/rule-sets.ts';
import { execute } from './execute.ts';
import { BUILT_IN_CHAINS, HOOKS, type Hook, type Rule, type RuleSet } from './model.ts';
import { printVerdict } from './packet.ts';
import { printAppend, printSave } from './print.ts';
import { propagate, type Propagation } from './propagate.ts';
import { simulate } from './simulate.ts';
import { containsPoint, volume } from './traffic-class.ts';
import { Interfaces, pointOf, universe } from './universe.ts';

function run(rules: RuleSet, hook: Hook, interfaces = new Interfaces([rules])): Propagation {
  const propagation = propagate(rules, hook, universe(hook, interfaces), interfaces);
  if (propagation === undefined) throw new Error('too complex');
  return propagation;
}

function rulesOf(lines: readonly string[]): RuleSet {
  return execute(lines.map((line) => `iptables -t nat ${line}`).join(' && ')).rules;
}

/** Rules of the script that no packet of either hook can match. */
function deadRules(rules: RuleSet): readonly string[] {
  const live = new Set(HOOKS.flatMap((hook) => [...run(rules, hook).live]));
  return [...rules.chains].flatMap(([chain, list]) =>
    list.filter((rule) => !live.has(rule)).map((rule) => printAppend(chain, rule)),
  );
}

describe('propagate', () => {
  it('puts every packet into exactly one class, with the verdict that a walk of the printed rules gives', () => {
    fc.assert(
      fc.property(anyRuleSet, fc.array(anyPacket, { minLength: 60, maxLength: 60 }), (rules, packets) => {
        const interfaces = new Interfaces([rules]);
        const saved = printSave(rules);
        const outcomes = { PREROUTING: run(rules, 'PREROUTING'), OUTPUT: run(rules, 'OUTPUT') };
        for (const packet of packets) {
          const point = pointOf(packet, interfaces);
          const holding = outcomes[packet.hook].outcomes.filter((outcome) =>
            containsPoint(outcome.packets, point),
          );
          const naive = naiveVerdict(saved, packet);
          expect(holding.map(({ verdict }) => printVerdict(verdict))).to.deep.equal([naive]);
          expect(printVerdict(simulate(rules, packet)!.verdict)).to.equal(naive);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('neither loses nor doubles a packet: the classes hold as many as there are', () => {
    fc.assert(
      fc.property(anyRuleSet, fc.constantFrom(...HOOKS), (rules, hook) => {
        const interfaces = new Interfaces([rules]);
        const all = universe(hook, interfaces).reduce((sum, box) => sum + volume(box), 0n);
        const held = run(rules, hook).outcomes.reduce((sum, { packets }) => sum + volume(packets), 0n);
        expect(held).to.equal(all);
      }),
      { numRuns: 300 },
    );
  });

  it("knows the guide's dead rule", () => {
    expect(deadRules(execute(GUIDE_SCRIPTS.base).rules)).to.deep.equal([
      '-A PROXY_REDIRECT -p tcp -m tcp --dport 15000 -j ACCEPT',
    ]);
  });

  it('knows the dead rules of later releases: 127.0.0.1 is decided by the rules for lo', () => {
    for (const release of RELEASES.slice(1)) {
      expect(deadRules(execute(osmScript(release)).rules), release).to.deep.equal([
        '-A OSM_PROXY_OUTBOUND -d 127.0.0.1/32 -j RETURN',
        '-A OSM_PROXY_OUT_REDIRECT -p tcp -m tcp --dport 15000 -j ACCEPT',
      ]);
    }
  });

  it('needs few classes however long the lists are', () => {
    const ranges = Array.from({ length: 200 }, (_, i) => `${20 + (i % 100)}.${i}.0.0/16`);
    const { rules } = execute(
      osmScript('R4', { ranges, ports: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29] }),
    );
    expect(run(rules, 'OUTPUT').outcomes.length).to.be.at.most(12);
  });

  it('goes on behind a jump, and behind the jump before it after a goto', () => {
    const lines = (call: string): readonly string[] => [
      '-N A',
      '-N B',
      `-A A ${call} B`,
      '-A A -p tcp -j REDIRECT --to-port 1',
      '-A OUTPUT -j A',
      '-A OUTPUT -p tcp -j REDIRECT --to-port 2',
    ];
    const verdicts = (call: string): ReadonlySet<string> =>
      new Set(run(rulesOf(lines(call)), 'OUTPUT').outcomes.map(({ verdict }) => printVerdict(verdict)));
    expect([...verdicts('-j')]).to.have.members(['redirect 1', 'bypass']);
    expect([...verdicts('-g')]).to.have.members(['redirect 2', 'bypass']);
  });

  it('does not know what becomes of packets that come to a match outside the model, and knows all others', () => {
    const rules = rulesOf([
      '-A OUTPUT -p udp -j RETURN',
      '-A OUTPUT -d 10.0.0.0/8 -p tcp -m conntrack --ctstate NEW -j RETURN',
      '-A OUTPUT -p tcp -j REDIRECT --to-port 15001',
    ]);
    const unknown = run(rules, 'OUTPUT').outcomes.filter(({ verdict }) => verdict.kind === 'unknown');
    expect(unknown.map(({ packets }) => packets.destination)).to.deep.equal([[0x0a000000, 0x0affffff]]);
    expect(unknown.map(({ packets }) => packets.protocol)).to.deep.equal([[0, 0]]);
  });

  it('gives up on chains that lead back to themselves and on too many classes', () => {
    const jump: Rule = { matches: [], target: { kind: 'jump', chain: 'A' } };
    const empty = new Map<string, readonly Rule[]>(BUILT_IN_CHAINS.map((name) => [name, []]));
    const loop: RuleSet = { chains: new Map([...empty, ['OUTPUT', [jump]], ['A', [jump]]]) };
    const interfaces = new Interfaces([loop]);
    expect(propagate(loop, 'OUTPUT', universe('OUTPUT', interfaces), interfaces)).to.equal(undefined);
    const tangle = rulesOf(
      Array.from({ length: 500 }, (_, i) => {
        const range = `10.${(i * 37) % 256}.${(i * 11) % 256}.0/${10 + (i % 12)}`;
        return `-A OUTPUT -d ${range} -p tcp -m multiport --dports ${1000 + i * 3}:${40_000 + i * 7} -m owner --uid-owner ${i}-${90_000 - i} -j REDIRECT --to-ports ${i + 1}`;
      }),
    );
    expect(propagate(tangle, 'OUTPUT', universe('OUTPUT', interfaces), interfaces)).to.equal(undefined);
  });
});
