/** Several replicas of the real bundle on a real API server: one leader, a quick change of it, shards and nodes. */
import { expect } from 'chai';
import { join } from 'node:path';
import { owns } from '../../src/controller/shard.ts';
import { randomFrom } from '../../src/testing/random.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { conditionOf, judge } from '../faults/verdicts.ts';
import { RECORDED, World } from '../faults/world.ts';
import { eventually } from '../scenarios/cluster.ts';
import { ControllerProcess, metricValue } from '../scenarios/controller-process.ts';
import { CONDITION } from '../scenarios/reported.ts';
import { Failover, manifestKubeconfig } from './failover.ts';
import { Fleet } from './fleet.ts';

/** `make failover` kills fifty. */
const KILLS = 5;
const SEED = 11;
const SHARDS = 3;

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('replicas (on a control plane of its own only)', function () {
  this.timeout(180_000);
  let plane: ControlPlane;
  let fleet: Fleet | undefined;

  const install = async (manifests: string): Promise<string> => {
    plane = await startControlPlane();
    return manifestKubeconfig(plane, join(repositoryRoot, manifests));
  };
  afterEach(async () => {
    await fleet?.stopAll();
    fleet = undefined;
    await plane.stop();
  });

  const countOf = async (replica: ControllerProcess, namespace: string): Promise<number> => {
    const { text } = await replica.get('/metrics');
    const statuses = ['Verified', 'Discrepant', 'Unknown', 'NotApplicable'];
    const series = statuses.map((status) => `osm_auditor_pods{namespace="${namespace}",status="${status}"}`);
    return series.reduce((sum, each) => sum + (metricValue(text, each) ?? 0), 0);
  };
  /** Every pod has the condition that it should. */
  const allTold = async (world: World): Promise<true | undefined> => {
    const judged = await judge(plane.kubeconfig);
    const pods = await world.pods();
    const right = pods.every(({ metadata: { uid }, status }) => {
      const said = status.conditions?.find(({ type }) => type === CONDITION);
      const pod = judged.find((each) => each.uid === uid);
      return pod !== undefined && conditionOf(pod) === (said && `${said.status} ${said.reason}`);
    });
    return right ? true : undefined;
  };

  it('lose no finding and tell none twice when the leader is killed in the middle of a sweep', async () => {
    const kubeconfig = await install('manifests');
    const failover = await Failover.start(plane, kubeconfig, randomFrom(SEED));
    try {
      for (let kill = 1; kill <= KILLS; kill += 1) await failover.round();
    } finally {
      await failover.stop();
    }
  });

  it('hand the leadership over when the leader is asked to end, sooner than its Lease would run out', async () => {
    const kubeconfig = await install('manifests');
    fleet = new Fleet(kubeconfig, 'osm-auditor');
    await Promise.all([fleet.start(), fleet.start()]);
    const leader = await fleet.leader();
    expect(await fleet.stop(leader)).to.equal(0);
    const ended = Date.now();
    await fleet.leader();
    // The Lease lasts two seconds and is looked at each 0.3 s.
    expect(Date.now() - ended).to.be.lessThan(1500);
  });

  it('judge each pod exactly once as shards of a hash, each led by one of its own', async () => {
    const kubeconfig = await install('manifests/sharded');
    const world = await World.create(plane, 'sharded');
    const names = Array.from({ length: 24 }, (_, at) => `pod-${at}`);
    await Promise.all(
      names.map((name, at) => world.create(name, at % 4 === 0 ? RECORDED.withoutInit : RECORDED.good)),
    );
    const running = (fleet = new Fleet(kubeconfig, 'osm-auditor'));
    const shards = await Promise.all(
      Array.from({ length: SHARDS }, (_, index) =>
        running.start('--shards', String(SHARDS), '--shard-index', String(index)),
      ),
    );
    await eventually('every pod is told of', () => allTold(world));
    expect(await fleet.leaders()).to.have.length(SHARDS);
    for (const [index, shard] of shards.entries()) {
      const own = names.filter((name) => owns({ kind: 'hash', index, count: SHARDS }, `sharded/${name}`));
      expect(await countOf(shard, 'sharded'), `shard ${index}`).to.equal(own.length);
    }
    const events = await world.events();
    expect(events.map(({ regarding }) => regarding.name).sort()).to.deep.equal(
      names.filter((_, at) => at % 4 === 0).sort(),
    );
    expect(events.filter(({ series }) => series !== undefined)).to.deep.equal([]);
  });

  it('judge the pods of their node only when told so', async () => {
    const kubeconfig = await install('manifests/per-node');
    const world = await World.create(plane, 'nodes');
    await world.create('a-1', RECORDED.good, 'a');
    await world.create('a-2', RECORDED.withoutInit, 'a');
    await world.create('b-1', RECORDED.good, 'b');
    const replicas = ['a', 'b'].map((node) =>
      ControllerProcess.start(['--kubeconfig', kubeconfig, '--settle-period', '0', '--node', node]),
    );
    try {
      await Promise.all(replicas.map((replica) => replica.ready()));
      await eventually('every pod is told of', () => allTold(world));
      expect(await Promise.all(replicas.map((replica) => countOf(replica, 'nodes')))).to.deep.equal([2, 1]);
      expect((await world.events()).map(({ regarding }) => regarding.name)).to.deep.equal(['a-2']);
    } finally {
      await Promise.all(replicas.map((replica) => replica.stop()));
    }
  });
});
