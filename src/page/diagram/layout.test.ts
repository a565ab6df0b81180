import { expect } from 'chai';
import { execute } from '../../core/iptables/execute.ts';
import type { Rule, RuleSet } from '../../core/iptables/model.ts';
import type { Packet } from '../../core/iptables/packet.ts';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { OUTBOUND_PACKET } from '../../testing/outbound-packet.ts';
import { layOut, type Chart } from './layout.ts';
import { wayOf } from './walk-words.ts';

const rulesOf = (lines: readonly string[]): RuleSet =>
  execute(lines.map((line) => `iptables -t nat ${line}`).join(' && ')).rules;

function chartOf(rules: RuleSet, other?: RuleSet, packet?: Packet): Chart {
  const chart = layOut(rules, other, packet && wayOf(rules, packet));
  if (chart === undefined) throw new Error('there is no chart');
  return chart;
}

describe('the layout of rules', () => {
  const guide = execute(GUIDE_SCRIPTS.base).rules;

  it('shows the chains in the order in which they are called, those that nothing calls not at all', () => {
    const rules = rulesOf([
      '-N A',
      '-N B',
      '-N LONE',
      '-A LONE -j RETURN',
      '-A OUTPUT -j B',
      '-A B -j A',
      '-A OUTPUT -j A',
    ]);
    expect(chartOf(rules).boxes.map(({ chain }) => chain)).to.deep.equal(['PREROUTING', 'OUTPUT', 'B', 'A']);
  });

  it('lets no boxes and no rows lie over each other', () => {
    const { boxes, height } = chartOf(guide);
    let bottom = 0;
    for (const box of boxes) {
      expect(box.y).to.be.at.least(bottom);
      bottom = box.y;
      for (const row of box.rows) {
        expect(row.y).to.be.at.least(bottom);
        bottom = row.y + row.height;
      }
      expect(bottom).to.be.at.most(box.y + box.height);
      bottom = box.y + box.height;
    }
    expect(height).to.equal(bottom);
  });

  it('has an arrow for each call, and marks those that the packet takes', () => {
    const { arrows } = chartOf(guide, undefined, OUTBOUND_PACKET);
    expect(arrows.map(({ walked }) => walked)).to.deep.equal([true, true]);
    expect(chartOf(guide).arrows).to.have.length(4);
  });

  it('numbers the rules as the packet meets them, and tells those that apply', () => {
    const rows = chartOf(guide, undefined, OUTBOUND_PACKET).boxes.flatMap((box) => box.rows);
    expect(rows.map(({ steps, met }) => `${steps.join()} ${met ?? '-'}`)).to.deep.equal([
      '1 applies',
      '2 passed',
      '3 passed',
      '4 applies',
      '5 applies',
      ' -',
    ]);
  });

  it('numbers what is met twice twice, tells what is in doubt, and where the policy decides', () => {
    const twice = chartOf(
      rulesOf(['-N A', '-A OUTPUT -j A', '-A OUTPUT -j A', '-A A -p udp -j ACCEPT']),
      undefined,
      OUTBOUND_PACKET,
    );
    const told = ({ boxes }: Chart): readonly string[] =>
      boxes.flatMap(({ rows, policyStep }) => [
        ...rows.map(({ steps, met }) => `${steps.join()} ${met ?? '-'}`),
        ...(policyStep === undefined ? [] : [`policy ${policyStep}`]),
      ]);
    expect(told(twice)).to.deep.equal(['1 applies', '3 applies', 'policy 5', '2,4 passed']);
    const opaque = rulesOf(['-A OUTPUT -m statistic --mode random --probability 0.5 -j ACCEPT']);
    expect(told(chartOf(opaque, undefined, OUTBOUND_PACKET))).to.deep.equal(['1 doubtful']);
  });

  it('marks a rule that the other side does not have as often in this chain', () => {
    const ours = rulesOf([
      '-A OUTPUT -p tcp -j RETURN',
      '-A OUTPUT -p tcp -j RETURN',
      '-A OUTPUT -p tcp -j ACCEPT',
    ]);
    const theirs = rulesOf(['-A OUTPUT -p tcp -j ACCEPT', '-A OUTPUT -p tcp -j RETURN']);
    const unshared = (rules: RuleSet, other: RuleSet): readonly boolean[] =>
      chartOf(rules, other).boxes.flatMap(({ rows }) => rows.map((row) => row.unshared));
    expect(unshared(ours, theirs)).to.deep.equal([false, true, false]);
    expect(unshared(theirs, ours)).to.deep.equal([false, false]);
  });

  it('draws a loop of chains, and gives up where there are too many rules to see anything', () => {
    const jump: Rule = { matches: [], target: { kind: 'jump', chain: 'A' } };
    const loop = { chains: new Map(['OUTPUT', 'A'].map((chain) => [chain, [jump]])) };
    expect(chartOf(loop).arrows).to.have.length(2);
    const many = rulesOf(
      Array.from({ length: 61 }, (_, port) => `-A OUTPUT -p tcp --dport ${port} -j RETURN`),
    );
    expect(layOut(many, undefined, undefined)).to.equal(undefined);
  });
});
