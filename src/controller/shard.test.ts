import { expect } from 'chai';
import fc from 'fast-check';
import { describeShard, fieldSelectorOf, leaseNameOf, ordinalOf, owns, type Shard } from './shard.ts';

const ALL: Shard = { kind: 'all' };
const NODE: Shard = { kind: 'node', node: 'worker-1' };
const hash = (index: number, count: number): Shard & { kind: 'hash' } => ({ kind: 'hash', index, count });

/** The characters of generated names, and names as workloads give them. */
const RANDOM_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';
const APPS = ['bookbuyer', 'bookstore-v1', 'bookthief', 'bookwarehouse', 'frontend', 'payments-api', 'redis'];

/** 10,000 keys: of ReplicaSets of up to 20 pods, and of StatefulSets; always the same for a seed. */
function realisticKeys(seed: number): readonly string[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const word = (length: number): string =>
    Array.from({ length }, () => RANDOM_CHARACTERS[below(RANDOM_CHARACTERS.length)]).join('');
  const keys = new Set<string>();
  for (let workload = 0; keys.size < 10_000; workload++) {
    const name = `team-${workload % 40}/${APPS[below(APPS.length)]!}`;
    const replicaSet = word(10);
    const replicas = 1 + below(20);
    for (let pod = 0; pod < replicas && keys.size < 10_000; pod++) {
      keys.add(workload % 5 === 0 ? `${name}-${workload}-${pod}` : `${name}-${replicaSet}-${word(5)}`);
    }
  }
  return [...keys];
}

describe('shard', () => {
  it('hashes as FNV-1a says, so that all replicas of all versions agree', () => {
    // Test vectors of the algorithm's authors; with 2^32 shards the index is the hash.
    for (const [text, value] of [
      ['', 0x811c9dc5],
      ['a', 0xe40c292c],
      ['foobar', 0xbf9cf968],
    ] as const) {
      expect(owns(hash(value, 2 ** 32), text), text).to.equal(true);
    }
  });

  it('gives every pod to exactly one shard', () => {
    const key = fc
      .tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }))
      .map((each) => each.join('/'));
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 100 }), (podKey, count) => {
        const owners = Array.from({ length: count }, (_, index) => owns(hash(index, count), podKey));
        expect(owners.filter(Boolean)).to.have.length(1);
      }),
    );
  });

  it('gives each of 2 to 16 shards its share of 10,000 pods, as evenly as chance would', () => {
    for (const seed of [1, 2, 3]) {
      const keys = realisticKeys(seed);
      for (let count = 2; count <= 16; count++) {
        // Four standard deviations of dice: 4 % for 2 shards, 10 % for 7, 15 % for 16.
        const bound = 4 * Math.sqrt((count - 1) / keys.length);
        for (let index = 0; index < count; index++) {
          const share = (keys.filter((key) => owns(hash(index, count), key)).length * count) / keys.length;
          expect(share, `shard ${index} of ${count}, seed ${seed}`).to.be.within(1 - bound, 1 + bound);
        }
      }
    }
  });

  it('owns every pod that it sees when it is all, or a node', () => {
    for (const key of realisticKeys(1).slice(0, 100)) {
      expect(owns(ALL, key)).to.equal(true);
      expect(owns(NODE, key)).to.equal(true);
    }
  });

  it('asks the server for the pods of its node, and for all otherwise', () => {
    expect(fieldSelectorOf(NODE)).to.equal('spec.nodeName=worker-1');
    expect(fieldSelectorOf(ALL)).to.equal(undefined);
    expect(fieldSelectorOf(hash(0, 2))).to.equal(undefined);
  });

  it('has a Lease of its own for each share', () => {
    expect(leaseNameOf({ kind: 'all' }, 'osm-auditor')).to.equal('osm-auditor');
    expect(leaseNameOf(hash(2, 5), 'osm-auditor')).to.equal('osm-auditor-2-of-5');
  });

  it('is described for people', () => {
    expect(describeShard(ALL)).to.equal('all pods');
    expect(describeShard(hash(2, 5))).to.equal('pods of shard 2 of 0 to 4');
    expect(describeShard(NODE)).to.equal('pods of node worker-1');
  });

  const ordinals: Readonly<Record<string, number | undefined>> = {
    'osm-auditor-3': 3,
    'osm-auditor-0': 0,
    'osm-auditor-10': 10,
    'osm-auditor': undefined,
    'osm-auditor-': undefined,
    'osm-auditor-03': undefined,
    'osm-auditor-3a': undefined,
    'osm-auditor-7d9f8b6c5d-x2k4z': undefined,
    'osm-auditor-99999999999999999999': undefined,
    '3': undefined,
    '': undefined,
  };
  for (const [name, ordinal] of Object.entries(ordinals)) {
    it(`reads ${ordinal ?? 'no ordinal'} from the name ${JSON.stringify(name)}`, () => {
      expect(ordinalOf(name)).to.equal(ordinal);
    });
  }
});
