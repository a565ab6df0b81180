/**
 * What the node agent says of a pod is what the kernel of that pod does, whatever was done to it after it had started: each
 * deed is found within the bound of a sweep, with its explanation, and forgotten when it is mended; connections that
 * processes really open go where the finding says.
 */
import { expect } from 'chai';
import { runScript } from '../../src/core/audit/rule-comparison.ts';
import { printAppend } from '../../src/core/iptables/print.ts';
import { GUIDE } from '../../src/core/osm/releases.ts';
import { scriptIn } from '../../src/testing/osm-scripts.ts';
import { INIT_TAGS, type Backend } from '../node/pod-images.ts';
import { eventually } from '../scenarios/cluster.ts';
import { Ground } from './ground.ts';
import type { GroundPod } from './meshed-pod.ts';
import { NodeAgent, SWEEP_SECONDS } from './node-agent.ts';
import { note } from './report.ts';
import { saysLive, type SeenPod } from './seen-pod.ts';

const NAMESPACE = 'live';
const VERIFIED = 'True Verified';
/** A sweep, its jitter, and the time that a busy machine takes to read and write. */
const BOUND_SECONDS = SWEEP_SECONDS * 1.1 + 4;
const APP = 1000;

/** Something that happens to the rules of a running pod. */
interface Deed {
  readonly name: string;
  /** Commands in the pod's network; IPTABLES is the program of the pod's backend, OTHER that of the other one. */
  readonly does: readonly string[];
  readonly mends: readonly string[] | 'the flushed chain';
  readonly condition: string;
  /** Parts of the message. */
  readonly explains: readonly string[];
  /** A connection by the application, as `address:port`, and where it arrives before, then and after. */
  readonly dial: string;
  readonly arrives: readonly [right: string, wrong: string];
}

const DEEDS: readonly Deed[] = [
  {
    name: 'flushed',
    does: ['IPTABLES -t nat -F PROXY_OUTPUT'],
    mends: 'the flushed chain',
    condition: 'False LiveRedirectionMissing',
    explains: ['OA701', 'redirects no outbound traffic', 'When they were read before'],
    dial: '3.3.3.3:8080',
    arrives: ['outbound 3.3.3.3:8080', 'outside 3.3.3.3:8080'],
  },
  {
    name: 'in-front',
    does: ['IPTABLES -t nat -I OUTPUT -p tcp --dport 8080 -j ACCEPT'],
    mends: ['IPTABLES -t nat -D OUTPUT -p tcp --dport 8080 -j ACCEPT'],
    condition: 'False LiveRuleForeign',
    explains: [
      'OA704',
      '-A OUTPUT -p tcp -m tcp --dport 8080 -j ACCEPT, which osm-init does not install, in front of -A OUTPUT -p tcp -j PROXY_OUTPUT',
      'expected redirect 15001, installed redirect 15001, live bypass',
    ],
    dial: '3.3.3.3:8080',
    arrives: ['outbound 3.3.3.3:8080', 'outside 3.3.3.3:8080'],
  },
  {
    name: 'deleted',
    does: ['IPTABLES -t nat -D PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN'],
    mends: ['IPTABLES -t nat -I PROXY_OUTPUT 2 -d 127.0.0.1/32 -j RETURN'],
    condition: 'False LiveRuleMissing',
    explains: ['OA703', 'does not hold -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN', 'live redirect 15001'],
    dial: '127.0.0.1:8000',
    arrives: ['app 127.0.0.1:8000', 'outbound 127.0.0.1:8000'],
  },
  {
    name: 'reordered',
    does: [
      'IPTABLES -t nat -D PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
      'IPTABLES -t nat -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
    ],
    mends: [
      'IPTABLES -t nat -D PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
      'IPTABLES -t nat -I PROXY_OUTPUT 2 -d 127.0.0.1/32 -j RETURN',
    ],
    condition: 'False LiveRuleOrderWrong',
    explains: ['OA705', '-A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN'],
    dial: '127.0.0.1:8000',
    arrives: ['app 127.0.0.1:8000', 'outbound 127.0.0.1:8000'],
  },
  {
    name: 'replaced',
    does: ['IPTABLES -t nat -R PROXY_REDIRECT 1 -p tcp -j REDIRECT --to-ports 15003'],
    mends: ['IPTABLES -t nat -R PROXY_REDIRECT 1 -p tcp -j REDIRECT --to-ports 15001'],
    condition: 'False LiveRuleChanged',
    explains: ['OA706', '--to-ports 15003 instead of', 'installed redirect 15001, live redirect 15003'],
    dial: '3.3.3.3:8080',
    arrives: ['outbound 3.3.3.3:8080', 'inbound 3.3.3.3:8080'],
  },
  {
    name: 'both',
    does: ['OTHER -t nat -A OUTPUT -p tcp --dport 7070 -j ACCEPT'],
    mends: ['OTHER -t nat -D OUTPUT -p tcp --dport 7070 -j ACCEPT'],
    condition: 'Unknown LiveBackendsBoth',
    explains: ['OA710', 'Both iptables-legacy and iptables-nft'],
    dial: '3.3.3.3:7070',
    // What one lets go the other redirects: the reason why neither by itself tells anything.
    arrives: ['outbound 3.3.3.3:7070', 'outbound 3.3.3.3:7070'],
  },
  {
    name: 'native',
    does: [
      'nft add table inet mesh',
      'nft add chain inet mesh output { type nat hook output priority -110 ; }',
      'nft add rule inet mesh output tcp dport 7070 redirect to 8000',
    ],
    mends: ['nft delete table inet mesh'],
    condition: 'Unknown LiveRulesNotUnderstood',
    explains: ['OA711', 'inet mesh output'],
    dial: '3.3.3.3:7070',
    arrives: ['outbound 3.3.3.3:7070', 'app 127.0.0.1:8000'],
  },
];

const BACKENDS: readonly Backend[] = ['legacy', 'nft'];
const SCRIPT = scriptIn(GUIDE.dialect);
const common = (backend: Backend): Omit<GroundPod, 'name' | 'script'> => {
  return { release: GUIDE, backend, tag: INIT_TAGS.guide };
};

/** Works once; run again, it makes one chain and fails at the next command. */
const ONCE = `if [ -e /kept/ran ]; then iptables -t nat -N PROXY_INBOUND && iptables -t nat -A NOPE -j RETURN; else touch /kept/ran && ${SCRIPT}; fi`;
const REFUSED = SCRIPT.replace('--to-port 15003', '--to-port 15003x');

/** One for each deed and backend. */
const DONE_TO: readonly (GroundPod & { readonly deed: Deed })[] = BACKENDS.flatMap((backend) =>
  DEEDS.map((deed) => ({ ...common(backend), name: `${deed.name}-${backend}`, script: SCRIPT, deed })),
);

const OTHERS: readonly GroundPod[] = [
  ...BACKENDS.flatMap((backend): readonly GroundPod[] => [
    { ...common(backend), name: `refused-${backend}`, script: REFUSED },
    { ...common(backend), name: `not-allowed-${backend}`, script: SCRIPT, netAdmin: false },
    { ...common(backend), name: `killed-${backend}`, script: SCRIPT },
    { ...common(backend), name: `killed-fails-${backend}`, script: ONCE, remembers: true },
    { ...common(backend), name: `plain-${backend}`, script: SCRIPT },
  ]),
  { ...common('legacy'), name: 'without-init', script: undefined },
  {
    ...common('legacy'),
    name: 'on-node',
    script: SCRIPT,
    netAdmin: false,
    hostNetwork: true,
    sidecar: false,
  },
];

describe('the kernel of pods, read by the agent on their node', function () {
  this.timeout(240_000);
  let ground: Ground;
  let agent: NodeAgent;

  const pod = async (name: string): Promise<SeenPod> => {
    const found = (await ground.pods(NAMESPACE)).get(name);
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  };
  const becomes = async (name: string, live: string, withinMs = 60_000): Promise<number> => {
    return (await ground.become(NAMESPACE, { [name]: saysLive(live) }, withinMs)).get(name) ?? 0;
  };
  /** Where a connection by the application arrives. */
  const arrival = async (uid: string, to: string): Promise<string> => {
    const [address = '', port = ''] = to.split(':');
    const look = (await ground.agent.look({ [uid]: [{ address, port: Number(port), uid: APP }] }))[uid];
    return look?.arrivals[0] ?? '';
  };
  const run = (uid: string, backend: Backend, commands: readonly string[]): Promise<readonly string[]> => {
    const other = backend === 'legacy' ? 'nft' : 'legacy';
    const words = commands.map((each) => {
      return each.replace('IPTABLES', `iptables-${backend}`).replace('OTHER', `iptables-${other}`);
    });
    return ground.agent.run(uid, ...words);
  };

  before(async function () {
    this.timeout(300_000);
    ground = await Ground.open();
    await ground.meshes();
    await ground.configMap({});
    await ground.namespace(NAMESPACE);
    agent = await NodeAgent.deploy(ground.cluster);
    await ground.create([...DONE_TO, ...OTHERS], () => NAMESPACE);
    const good = [...DONE_TO, ...OTHERS].filter(({ name }) =>
      /^(?!refused|not-allowed|without|on-node)/.test(name),
    );
    await ground.become(
      NAMESPACE,
      Object.fromEntries(good.map(({ name }) => [name, saysLive(VERIFIED)])),
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
      const { uid } = await pod(name);
      const [right, wrong] = deed.arrives;
      expect(await arrival(uid, deed.dial), 'before').to.equal(right);

      await run(uid, backend, deed.does);
      const seconds = await becomes(name, deed.condition);
      expect(seconds).to.be.lessThan(BOUND_SECONDS);
      const { liveMessage, condition } = await pod(name);
      for (const part of deed.explains) expect(liveMessage).to.include(part);
      expect(condition, 'the controller reads the script').to.equal(VERIFIED);
      expect(await arrival(uid, deed.dial), 'then').to.equal(wrong);

      const chain = runScript(SCRIPT, {}).rules.chains.get('PROXY_OUTPUT') ?? [];
      const rules = chain.map((rule) => `IPTABLES -t nat ${printAppend('PROXY_OUTPUT', rule)}`);
      await run(uid, backend, deed.mends === 'the flushed chain' ? rules : deed.mends);
      expect(await becomes(name, VERIFIED)).to.be.lessThan(BOUND_SECONDS);
      expect(await arrival(uid, deed.dial), 'after').to.equal(right);
      note({
        scenario: `${deed.name}, ${backend}`,
        auditor: `${deed.condition}, then ${VERIFIED}`,
        kernel: `${wrong}, then ${right}`,
        seconds,
      });
    });
  }

  it('says of what is done what `check --live` on the node says', async () => {
    const { uid } = await pod('plain-nft');
    await run(uid, 'nft', ['IPTABLES -t nat -I OUTPUT -d 3.3.3.0/24 -j ACCEPT']);
    await becomes('plain-nft', 'False LiveRuleForeign');
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
    await run(uid, 'nft', ['IPTABLES -t nat -D OUTPUT -d 3.3.3.0/24 -j ACCEPT']);
    await becomes('plain-nft', VERIFIED);
  });

  for (const backend of BACKENDS) {
    it(`a script that breaks half-way is told as that (${backend})`, async () => {
      const name = `refused-${backend}`;
      await becomes(name, 'False LiveRunIncomplete');
      const { liveMessage, uid } = await pod(name);
      expect(liveMessage).to.include('15003x').and.to.include('the kernel holds what came before it');
      const [rules = ''] = await run(uid, backend, ['IPTABLES -t nat -S']);
      expect(rules).to.include('-N PROXY_IN_REDIRECT').and.not.to.include('--to-ports 15003');
      note({
        scenario: `broken half-way, ${backend}`,
        auditor: 'False LiveRunIncomplete',
        kernel: 'no redirect of inbound traffic',
        seconds: undefined,
      });
    });

    it(`a run that may not change rules has left nothing (${backend})`, async () => {
      const name = `not-allowed-${backend}`;
      await becomes(name, 'False LiveRunIncomplete');
      expect((await pod(name)).liveMessage).to.include(
        'the kernel holds nothing of what its script installs',
      );
    });

    it(`a new sandbox has the rules of its own run of osm-init, and not what was done before (${backend})`, async () => {
      const name = `killed-${backend}`;
      const before = await pod(name);
      await run(before.uid, backend, ['IPTABLES -t nat -F OUTPUT']);
      await becomes(name, 'False LiveRedirectionMissing');
      const started = Date.now();
      await ground.agent.killSandbox(before.uid);
      await ground.become(NAMESPACE, { [name]: (now) => now.init.restarts === 1 && now.live === VERIFIED });
      expect(await arrival(before.uid, '3.3.3.3:8080')).to.equal('outbound 3.3.3.3:8080');
      const seconds = (Date.now() - started) / 1000;
      note({
        scenario: `flushed, then the sandbox killed, ${backend}`,
        auditor: `False LiveRedirectionMissing, then ${VERIFIED}`,
        kernel: 'outside, then outbound',
        seconds,
      });
    });

    it(`a second run that fails is told, where the script tells nothing (${backend})`, async () => {
      const name = `killed-fails-${backend}`;
      const { uid, condition, live } = await pod(name);
      expect(condition, 'its script tests for a file').to.match(/^Unknown /);
      expect(live, 'the kernel tells what the script does not').to.equal(VERIFIED);
      const started = Date.now();
      await ground.agent.killSandbox(uid);
      await becomes(name, 'False LiveRedirectionMissing');
      const seconds = (Date.now() - started) / 1000;
      expect(await arrival(uid, '3.3.3.3:8080')).to.equal('outside 3.3.3.3:8080');
      note({
        scenario: `sandbox killed, osm-init failed, ${backend}`,
        auditor: 'False LiveRedirectionMissing',
        kernel: 'outside 3.3.3.3:8080',
        seconds,
      });
    });
  }

  it('a change of the configuration: the kernel follows the script, until the configuration fits again', async () => {
    await ground.configMap({ outbound_ip_range_exclusion_list: '2.2.2.0/24' });
    await becomes('plain-legacy', 'False LiveFollowsScript');
    expect((await pod('plain-legacy')).liveMessage).to.include(
      'expected bypass, installed redirect 15001, live redirect 15001',
    );
    await ground.configMap({});
    await becomes('plain-legacy', VERIFIED);
  });

  it('a pod without osm-init is told, and looking at it has made no table in its kernel', async () => {
    await becomes('without-init', 'False LiveFollowsScript');
    await agent.sweeps(2);
    const { uid } = await pod('without-init');
    expect(
      await ground.agent.run(uid, 'cat /proc/self/net/ip_tables_names', 'nft list tables'),
    ).to.deep.equal(['', '']);
  });

  it("a pod in its node's network is not judged by the rules of the node", async () => {
    await becomes('on-node', 'Unknown LiveNodeNetwork');
  });

  it('counts where connections went, by the rules that they met', async () => {
    const { uid } = await pod('plain-legacy');
    const count = async (outcome: string): Promise<number> => {
      const samples = await agent.samples('osm_auditor_live_connections_total');
      const of = samples.filter(({ labels }) => {
        return (
          labels.includes('pod="plain-legacy"') &&
          labels.includes('direction="outbound"') &&
          labels.includes(`outcome="${outcome}"`)
        );
      });
      return of.reduce((sum, { value }) => sum + value, 0);
    };
    await agent.sweeps(1);
    const [redirected, mesh] = [await count('redirected'), await count('mesh')];
    const dials = [
      ...Array.from({ length: 4 }, () => ({ address: '3.3.3.3', port: 8080, uid: APP })),
      ...Array.from({ length: 3 }, () => ({ address: '3.3.3.3', port: 8080, uid: 1500 })),
    ];
    await ground.agent.look({ [uid]: dials });
    const grown = await eventually('the connections are counted', async () => {
      const now = [(await count('redirected')) - redirected, (await count('mesh')) - mesh] as const;
      return now[0] >= 4 && now[1] >= 3 ? now : undefined;
    });
    expect(grown).to.deep.equal([4, 3]);
  });

  for (const capability of ['SYS_PTRACE', 'SYS_ADMIN', 'NET_ADMIN', 'NET_RAW']) {
    it(`cannot do without ${capability}, and says so`, async () => {
      const said = await agent.checkOnce(NAMESPACE, capability);
      expect(said).to.equal(
        `error: --live cannot read the kernel of this machine: reading the rules of pods takes capabilities that are missing here: ${capability}\n`,
      );
    });
  }

  it('costs little', async () => {
    const uid = await agent.uid();
    const before = await ground.agent.cost(uid);
    const sweeps = 4;
    await agent.sweeps(sweeps);
    const { cpuSeconds, residentKiB, anonymousKiB } = await ground.agent.cost(uid);
    const each = (cpuSeconds - before.cpuSeconds) / (sweeps * 1.1);
    const pods = DONE_TO.length + OTHERS.length;
    note({
      scenario: `a sweep of ${pods} pods, watches and scrapes included`,
      auditor: `${each.toFixed(2)} s CPU`,
      kernel: `${Math.round(residentKiB / 1024)} MiB resident, ${Math.round(anonymousKiB / 1024)} of them its own`,
      seconds: undefined,
    });
    expect(residentKiB).to.be.lessThan(110 * 1024);
  });
});
