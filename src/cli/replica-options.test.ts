import { expect } from 'chai';
import { replicaOf, type ReplicaOptions, type Whereabouts } from './replica-options.ts';
import { UsageError } from './usage-error.ts';

const OPTIONS: ReplicaOptions = { leaseDuration: 15, renewDeadline: 10, retryPeriod: 2, shards: 1 };
const POD: Whereabouts = {
  podName: 'osm-auditor-2',
  podNamespace: 'monitoring',
  processName: 'laptop-17',
  suffix: 'abc',
};
const DESK: Whereabouts = { ...POD, podName: undefined, podNamespace: undefined };
const TIMINGS = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 };

describe('replica', () => {
  it('judges all pods and is elected in its own namespace when nothing is said', () => {
    expect(replicaOf(OPTIONS, POD)).to.deep.equal({
      shard: { kind: 'all' },
      identity: 'osm-auditor-2_abc',
      election: { namespace: 'monitoring', name: 'osm-auditor', ...TIMINGS },
    });
  });

  it('names itself after its process, and is not elected, outside of a cluster', () => {
    expect(replicaOf(OPTIONS, DESK)).to.include({ identity: 'laptop-17_abc', election: undefined });
  });

  it('is elected in osm-auditor outside of a cluster when it is told to', () => {
    expect(replicaOf({ ...OPTIONS, leaderElect: true }, DESK).election?.namespace).to.equal('osm-auditor');
  });

  it('takes namespace and times as given, also parts of a second', () => {
    const options = {
      ...OPTIONS,
      leaseNamespace: 'leases',
      leaseDuration: 3,
      renewDeadline: 2.5,
      retryPeriod: 0.2,
    };
    expect(replicaOf(options, POD).election).to.deep.equal({
      namespace: 'leases',
      name: 'osm-auditor',
      leaseDurationMs: 3000,
      renewDeadlineMs: 2500,
      retryPeriodMs: 200,
    });
  });

  it('judges the share of its ordinal, with a Lease of that share', () => {
    const { shard, election } = replicaOf({ ...OPTIONS, shards: 3 }, POD);
    expect(shard).to.deep.equal({ kind: 'hash', index: 2, count: 3 });
    expect(election?.name).to.equal('osm-auditor-2-of-3');
  });

  it('judges the share that is asked for, whatever its name', () => {
    const { shard } = replicaOf({ ...OPTIONS, shards: 3, shardIndex: 0 }, POD);
    expect(shard).to.deep.equal({ kind: 'hash', index: 0, count: 3 });
  });

  it('judges the pods of its node without an election, also when that is said', () => {
    for (const options of [OPTIONS, { ...OPTIONS, leaderElect: false }]) {
      const { shard, election } = replicaOf({ ...options, node: 'worker-1' }, POD);
      expect(shard).to.deep.equal({ kind: 'node', node: 'worker-1' });
      expect(election).to.equal(undefined);
    }
  });

  it('is not elected when that is switched off, whatever the times', () => {
    const options = { ...OPTIONS, leaderElect: false, leaseDuration: 1 };
    expect(replicaOf(options, POD).election).to.equal(undefined);
  });

  const refused: readonly (readonly [Partial<ReplicaOptions>, Whereabouts, string])[] = [
    [{ node: 'n', shards: 2 }, POD, '--node and --shards cannot be given together'],
    [{ node: 'n', shardIndex: 0 }, POD, '--node and --shards cannot be given together'],
    [{ node: 'n', leaderElect: true }, POD, '--leader-elect and --node cannot be given together'],
    [{ shardIndex: 1 }, POD, '--shard-index 1 is not below --shards 1'],
    [{ shards: 3, shardIndex: 3 }, POD, '--shard-index 3 is not below --shards 3'],
    [{ shards: 2 }, POD, 'the ordinal of POD_NAME "osm-auditor-2" is not below --shards 2'],
    [{ shards: 2 }, DESK, '--shards 2 needs --shard-index, or a POD_NAME with an ordinal at its end'],
    [{ leaseDuration: 10 }, POD, 'the lease duration (10 s) must be longer than the renew deadline (10 s)'],
    [{ retryPeriod: 9 }, POD, 'the renew deadline (10 s) must be longer than 1.2 retry periods (of 9 s)'],
    [{ leaseDuration: 7200 }, POD, 'the lease duration (7200 s) must be at most 3600 s'],
  ];
  for (const [options, at, message] of refused) {
    it(`is refused: ${message}`, () => {
      expect(() => replicaOf({ ...OPTIONS, ...options }, at)).to.throw(UsageError, message);
    });
  }
});
