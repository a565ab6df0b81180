/** What is remembered of a pod's rules, for how long, and of whom. */
import { expect } from 'chai';
import type { Glance } from './glance.ts';
import type { NatTables } from './nat-reader.ts';
import type { ProcessScan } from './processes.ts';
import { MOST_RECALLS, RememberedTables } from './remembered.ts';

const NETWORK = 7;
const RULE = '[0:0] -A OUTPUT -j RETURN\n';

function glance(fingerprint: string, packets = 0n): Glance {
  const rules = [{ packets, bytes: 60n * packets }];
  const legacy = new Map([['OUTPUT', { policy: undefined, rules }]]);
  return { fingerprint, counts: { legacy, nft: new Map() } };
}

function tables(change: Partial<NatTables> = {}): NatTables {
  return { kind: 'tables', network: NETWORK, saved: { legacy: RULE, nft: '' }, nativeChains: [], ...change };
}

function remembering(read: NatTables, before?: Glance, after?: Glance): RememberedTables {
  const remembered = new RememberedTables();
  remembered.remember('pod', read, before, after);
  return remembered;
}

describe('the reading of a pod that is remembered', () => {
  const of = (read = tables()): RememberedTables => remembering(read, glance('a'), glance('a'));

  it('answers with the counters of now', () => {
    const recalled = of().recall('pod', NETWORK, glance('a', 2n));
    expect(recalled).to.deep.equal(tables({ saved: { legacy: RULE.replace('0:0', '2:120'), nft: '' } }));
  });

  it('answers for no other pod, network or rules', () => {
    const remembered = of();
    expect(remembered.recall('other', NETWORK, glance('a'))).to.equal(undefined);
    expect(remembered.recall('pod', NETWORK + 1, glance('a'))).to.equal(undefined);
    expect(remembered.recall('pod', NETWORK, glance('b'))).to.equal(undefined);
  });

  it('is none where the rules were not seen to be the same before and after', () => {
    const pairs: readonly (readonly [Glance | undefined, Glance | undefined])[] = [
      [undefined, undefined],
      [glance('a'), undefined],
      [undefined, glance('a')],
      [glance('a'), glance('b')],
    ];
    for (const [before, after] of pairs) {
      const remembered = of();
      remembered.remember('pod', tables(), before, after);
      expect(remembered.recall('pod', NETWORK, glance('a'))).to.equal(undefined);
    }
  });

  it('answers a number of times, which is drawn, and then has to be read anew', () => {
    const draws = { 0: MOST_RECALLS, 0.5: (MOST_RECALLS * 3) / 4, 0.9999: MOST_RECALLS / 2 + 1 };
    for (const [drawn, times] of Object.entries(draws)) {
      const remembered = new RememberedTables(() => Number(drawn));
      const recall = (): NatTables | undefined => remembered.recall('pod', NETWORK, glance('a'));
      for (let round = 0; round < 2; round += 1) {
        remembered.remember('pod', tables(), glance('a'), glance('a'));
        for (let i = 0; i < times; i += 1) expect(recall(), `${drawn}, ${i}`).to.deep.equal(tables());
        expect(recall(), drawn).to.equal(undefined);
      }
    }
  });

  it('is none where there is uncommonly much of it, whatever it is', () => {
    const most = 64_000 - RULE.length;
    const much: readonly ((characters: number) => NatTables)[] = [
      (characters) => tables({ saved: { legacy: `#${'x'.repeat(characters - 2)}\n${RULE}`, nft: '' } }),
      (characters) => tables({ saved: { legacy: RULE, nft: '#'.repeat(characters) } }),
      (characters) => tables({ nativeChains: ['x'.repeat(1000), 'x'.repeat(characters - 1000)] }),
    ];
    for (const having of much) {
      expect(of(having(most)).recall('pod', NETWORK, glance('a'))).to.deep.equal(having(most));
      expect(of(having(most + 1)).recall('pod', NETWORK, glance('a'))).to.equal(undefined);
    }
  });

  it('is forgotten with the pod', () => {
    const remembered = of();
    const pod = { id: 'pod', pids: [1], networks: [NETWORK] };
    const scan: ProcessScan = { pods: new Map([['pod', pod]]), hostNetwork: 1, processes: 2 };
    remembered.keepOnly(scan);
    expect(remembered.recall('pod', NETWORK, glance('a'))).to.not.equal(undefined);
    remembered.keepOnly({ ...scan, pods: new Map() });
    expect(remembered.recall('pod', NETWORK, glance('a'))).to.equal(undefined);
  });
});
