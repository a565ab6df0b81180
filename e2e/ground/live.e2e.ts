/**
 * What the node agent says of a pod is what the kernel of that pod does, whatever was done to it after it had started: each
 * deed is found within the bound of a sweep, with its explanation, and forgotten when it is mended; connections that
 * processes really open go where the finding says.
 */
import { expect } from 'chai';
import { APP } from './dials.ts';
import { Ground } from './ground.ts';
import { LiveActions } from './live-actions.ts';
import { scenariosOfTheAgent } from './live-agent.ts';
import { DONE_TO, GOOD_NAMES, NAMESPACE, OTHERS, VERIFIED } from './live-pods.ts';
import { scenariosOfRuns } from './live-runs.ts';
import { NodeAgent, SWEEP_SECONDS } from './node-agent.ts';
import { note } from './report.ts';
import { saysLive } from './seen-pod.ts';

/** A sweep, its jitter, and the time that a busy machine takes to read and write. */
const BOUND_SECONDS = SWEEP_SECONDS * 1.1 + 4;

describe('the kernel of pods, read by the agent on their node', function () {
  this.timeout(240_000);
  let ground: Ground;
  let on: LiveActions;
  let agent: NodeAgent;

  before(async function () {
    this.timeout(300_000);
    ground = await Ground.open();
    on = new LiveActions(ground);
    await ground.meshes();
    await ground.configMap({});
    await ground.namespace(NAMESPACE);
    agent = await NodeAgent.deploy(ground.cluster);
    await ground.create([...DONE_TO, ...OTHERS], () => NAMESPACE);
    await ground.become(
      NAMESPACE,
      Object.fromEntries(GOOD_NAMES.map((name) => [name, saysLive(VERIFIED)])),
      200_000,
    );
  });

  after(async () => {
    await ground.deleteNamespaces(NAMESPACE);
    await ground.cluster.kubectl(['delete', 'configmap', 'osm-config', '-n', 'osm-system']);
    await agent.remove();
  });

  for (const { name, backend, deed } of DONE_TO) {
    it(`${name}: ${deed.condition}, within a sweep, and ${VERIFIED} when it is mended`, async () => {
      const { uid } = await on.pod(name);
      const [right, wrong] = deed.arrives;
      expect(await on.arrival(uid, deed.dial), 'before').to.equal(right);

      await on.run(uid, backend, deed.does);
      const seconds = await on.becomes(name, deed.condition);
      expect(seconds).to.be.lessThan(BOUND_SECONDS);
      const { liveMessage, condition } = await on.pod(name);
      for (const part of deed.explains) expect(liveMessage).to.include(part);
      expect(condition, 'the controller reads the script').to.equal(VERIFIED);
      expect(await on.arrival(uid, deed.dial), 'then').to.equal(wrong);

      await on.run(uid, backend, deed.mends);
      expect(await on.becomes(name, VERIFIED)).to.be.lessThan(BOUND_SECONDS);
      expect(await on.arrival(uid, deed.dial), 'after').to.equal(right);
      note({
        scenario: `${deed.name}, ${backend}`,
        auditor: `${deed.condition}, then ${VERIFIED}`,
        kernel: `${wrong}, then ${right}`,
        seconds,
      });
    });
  }

  it('says of what is done what `check --live` on the node says', async () => {
    const { uid } = await on.pod('plain-nft');
    await on.run(uid, 'nft', ['IPTABLES -t nat -I OUTPUT -d 3.3.3.0/24 -j ACCEPT']);
    await on.becomes('plain-nft', 'False LiveRuleForeign');
    const checked = (await agent.check(NAMESPACE)).get('plain-nft');
    const found = checked?.findings.find(({ code }) => code === 'OA704');
    const [difference] = found?.evidence?.differences ?? [];
    expect([checked?.status, difference?.expected, difference?.installed, difference?.live]).to.deep.equal([
      'Discrepant',
      'redirect 15001',
      'redirect 15001',
      'bypass',
    ]);
    // Its witness, opened for real.
    const { destination, port, uid: user } = difference?.witness ?? { destination: '', port: 0, uid: null };
    expect(destination).to.match(/^3\.3\.3\./);
    const dial = { address: destination, port, uid: user ?? APP };
    const look = (await ground.agent.look({ [uid]: [dial] }))[uid];
    expect(look?.arrivals[0]).to.equal(`outside ${destination}:${port}`);
    await on.run(uid, 'nft', ['IPTABLES -t nat -D OUTPUT -d 3.3.3.0/24 -j ACCEPT']);
    await on.becomes('plain-nft', VERIFIED);
  });

  scenariosOfRuns(() => on);

  it('a change of the configuration: the kernel follows the script, until the configuration fits again', async () => {
    await ground.configMap({ outbound_ip_range_exclusion_list: '2.2.2.0/24' });
    await on.becomes('plain-legacy', 'False LiveFollowsScript');
    expect((await on.pod('plain-legacy')).liveMessage).to.include(
      'expected bypass, installed redirect 15001, live redirect 15001',
    );
    await ground.configMap({});
    await on.becomes('plain-legacy', VERIFIED);
  });

  it('a pod without osm-init is told, and looking at it has made no table in its kernel', async () => {
    await on.becomes('without-init', 'False LiveFollowsScript');
    await agent.sweeps(2);
    const { uid } = await on.pod('without-init');
    expect(
      await ground.agent.run(uid, 'cat /proc/self/net/ip_tables_names', 'nft list tables'),
    ).to.deep.equal(['', '']);
  });

  it("a pod in its node's network is not judged by the rules of the node", async () => {
    await on.becomes('on-node', 'Unknown LiveNodeNetwork');
  });

  scenariosOfTheAgent(
    () => on,
    () => agent,
  );
});
