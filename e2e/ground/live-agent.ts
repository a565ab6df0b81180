/** The node agent itself: how it counts connections, what it cannot do without, and what it costs. */
import { expect } from 'chai';
import { eventually } from '../scenarios/cluster.ts';
import { APP } from './dials.ts';
import type { LiveActions } from './live-actions.ts';
import { DONE_TO, NAMESPACE, OTHERS } from './live-pods.ts';
import type { NodeAgent } from './node-agent.ts';
import { note } from './report.ts';

/** Adds the tests to the current `describe`. */
export function scenariosOfTheAgent(on: () => LiveActions, agent: () => NodeAgent): void {
  it('counts where connections went, by the rules that they met', async () => {
    const { uid } = await on().pod('plain-legacy');
    const count = async (outcome: string): Promise<number> => {
      const samples = await agent().samples('osm_auditor_live_connections_total');
      const of = samples.filter(({ labels }) => {
        return (
          labels.includes('pod="plain-legacy"') &&
          labels.includes('direction="outbound"') &&
          labels.includes(`outcome="${outcome}"`)
        );
      });
      return of.reduce((sum, { value }) => sum + value, 0);
    };
    await agent().sweeps(1);
    const [redirected, mesh] = [await count('redirected'), await count('mesh')];
    const dials = [
      ...Array.from({ length: 4 }, () => ({ address: '3.3.3.3', port: 8080, uid: APP })),
      ...Array.from({ length: 3 }, () => ({ address: '3.3.3.3', port: 8080, uid: 1500 })),
    ];
    await on().ground.agent.look({ [uid]: dials });
    const grown = await eventually('the connections are counted', async () => {
      const now = [(await count('redirected')) - redirected, (await count('mesh')) - mesh] as const;
      return now[0] >= 4 && now[1] >= 3 ? now : undefined;
    });
    expect(grown).to.deep.equal([4, 3]);
  });

  for (const capability of ['SYS_PTRACE', 'SYS_ADMIN', 'NET_ADMIN', 'NET_RAW']) {
    it(`cannot do without ${capability}, and says so`, async () => {
      const said = await agent().checkOnce(NAMESPACE, capability);
      expect(said).to.equal(
        `error: --live cannot read the kernel of this machine: reading the rules of pods takes capabilities that are missing here: ${capability}\n`,
      );
    });
  }

  it('costs little', async () => {
    const uid = await agent().uid();
    const before = await on().ground.agent.cost(uid);
    const sweeps = 4;
    await agent().sweeps(sweeps);
    const { cpuSeconds, residentKiB, anonymousKiB } = await on().ground.agent.cost(uid);
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
}
