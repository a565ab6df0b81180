import { expect } from 'chai';
import type { Connections } from '../core/audit/live-connections.ts';
import { ConnectionCounts } from './connection-counts.ts';

const excluded = (exclusion: string, connections: number): Connections => {
  return { direction: 'outbound', outcome: 'excluded', exclusion, connections };
};

describe('connections of an exclusion', () => {
  let counts: ConnectionCounts;
  beforeEach(() => (counts = new ConnectionCounts()));
  const saw = (key: string, connections: number, network = 1): void =>
    counts.saw(key, network, [excluded('a', connections)]);
  const total = (): number | undefined => counts.exclusions.get('a');

  it('are none at first sight, and then what the pods count more', () => {
    saw('test/x', 100);
    saw('test/y', 7);
    expect(total()).to.equal(0);
    saw('test/x', 103);
    saw('test/y', 7);
    expect(total()).to.equal(3);
  });

  it('go on from 0 in another network, and where the rules were made anew', () => {
    saw('test/x', 100);
    saw('test/x', 200, 2);
    expect(total()).to.equal(200);
    saw('test/x', 5, 2);
    expect(total()).to.equal(205);
  });

  it('do not fall when a pod goes', () => {
    saw('test/x', 1);
    saw('test/x', 4);
    counts.forget('test/x');
    expect([total(), counts.pods]).to.deep.equal([3, []]);
  });

  it('are summed up beyond two hundred exclusions', () => {
    const many = (connections: number): readonly Connections[] =>
      Array.from({ length: 250 }, (_, at) => excluded(`e${at}`, connections));
    counts.saw('test/x', 1, many(0));
    counts.saw('test/x', 1, many(1));
    expect(counts.exclusions.size).to.equal(201);
    expect(counts.exclusions.get('other')).to.equal(50);
  });
});
