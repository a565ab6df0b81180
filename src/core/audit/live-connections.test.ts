import { expect } from 'chai';
import { saved, tables } from '../../testing/cases/live.ts';
import { extra } from '../../testing/cases/inputs.ts';
import { R1 } from '../osm/dialect.ts';
import { connectionsOf, type Connections } from './live-connections.ts';
import { liveRulesOf } from './live-rules.ts';

/** @param counts of connections by a part of the rule; the others have met none */
function connections(script: string, counts: Readonly<Record<string, number>>): readonly Connections[] {
  const text = saved(script).replace(/^-A .*$/gm, (rule) => {
    const [, packets] = Object.entries(counts).find(([part]) => rule.includes(part)) ?? [undefined, 0];
    return `[${packets}:${packets * 60}] ${rule}`;
  });
  const rules = liveRulesOf(tables({ saved: { legacy: text, nft: '' } }), {
    addresses: [],
    runtimeClass: undefined,
  });
  return rules.kind === 'known' ? connectionsOf(rules, R1).filter((each) => each.connections > 0) : [];
}

const SCRIPT = extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN', '-I OUTPUT -p tcp --dport 22 -j ACCEPT');

describe('connections', () => {
  it('are told by the rules that decide, and what jumps is not counted again', () => {
    const counts = {
      '-A OUTPUT -p tcp -j PROXY_OUTPUT': 20,
      '-d 10.0.0.0/8': 4,
      '--uid-owner 1500': 5,
      '-d 127.0.0.1/32': 1,
      '--to-ports 15001': 9,
      '--to-ports 15003': 7,
      '--dport 22': 2,
      '--dport 15010': 3,
    };
    expect(connections(SCRIPT, counts)).to.have.deep.members([
      { direction: 'outbound', outcome: 'passed', connections: 2 },
      { direction: 'outbound', outcome: 'excluded', connections: 4, exclusion: '-d 10.0.0.0/8 -j RETURN' },
      { direction: 'outbound', outcome: 'mesh', connections: 5 },
      { direction: 'outbound', outcome: 'mesh', connections: 1 },
      { direction: 'outbound', outcome: 'redirected', connections: 9 },
      { direction: 'inbound', outcome: 'redirected', connections: 7 },
      { direction: 'inbound', outcome: 'mesh', connections: 3 },
    ]);
  });

  it('are not told where a reading has no counters', () => {
    const rules = liveRulesOf(tables({ saved: { legacy: saved(SCRIPT), nft: '' } }), {
      addresses: [],
      runtimeClass: undefined,
    });
    expect(rules.kind === 'known' && connectionsOf(rules, R1)).to.deep.equal([]);
  });
});
