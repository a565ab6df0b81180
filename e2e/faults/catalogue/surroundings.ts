/** Faults of what surrounds a controller: its token, its rights, its clock, and others who write. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BLIND, SEEING, type Fault } from '../fault.ts';
import { nothingToEnd, once } from '../inflict.ts';
import { RECORDED, World } from '../world.ts';

const DAY_MS = 86_400_000;

export const SURROUNDING_FAULTS: readonly Fault[] = [
  {
    name: 'the token file is gone and comes back',
    uses: ['cluster', 'controller', 'clock', 'credentials'],
    inflict: async (bed) => {
      await bed.removeToken();
      bed.ageToken();
      bed.proxy.tcp.reset();
      return () => bed.writeToken();
    },
    holdMs: 1000,
    within: 6,
    meanwhile: { ...BLIND, log: /^list or watch failed.*ENOENT/ },
  },
  {
    name: 'the token is worthless for a while',
    uses: ['cluster', 'controller', 'clock', 'credentials'],
    inflict: async (bed) => {
      await bed.writeToken('worthless');
      bed.ageToken();
      bed.proxy.tcp.reset();
      return async () => {
        await bed.writeToken();
        bed.ageToken();
      };
    },
    holdMs: 1000,
    within: 6,
    meanwhile: { ...BLIND, log: /^list or watch failed.*unauthorized/ },
  },
  {
    name: 'all rights are taken away and given back',
    uses: ['cluster', 'credentials'],
    inflict: async (bed) => {
      const restore = await bed.revokeRights();
      bed.proxy.tcp.reset();
      return restore;
    },
    holdMs: 1500,
    within: 8,
    meanwhile: { ...BLIND, log: /^list or watch failed.*forbidden/ },
  },
  {
    name: 'the clock jumps a day ahead',
    uses: ['controller', 'clock'],
    inflict: once((bed) => bed.jump(DAY_MS)),
    holdMs: 200,
    within: 5,
    meanwhile: SEEING,
  },
  {
    name: 'the clock jumps a day back',
    uses: ['controller', 'clock'],
    inflict: once((bed) => bed.jump(-DAY_MS)),
    holdMs: 200,
    within: 5,
    meanwhile: SEEING,
  },
  {
    name: 'the clock jumps a day back, and then the connections fall silent for good',
    uses: ['controller', 'clock', 'connections'],
    inflict: async (bed) => {
      bed.jump(-DAY_MS);
      // So long that the watches have noticed the jump, if they look at the clock.
      await sleep(2500);
      bed.proxy.tcp.fallSilent({ newcomers: false });
      return nothingToEnd;
    },
    // So long that each informer has noticed, and none fails in the next test.
    holdMs: 4000,
    within: 6,
    meanwhile: { ready: 'ready' },
  },
  {
    name: 'another controller writes to the pods without pause, our condition included',
    uses: ['cluster'],
    inflict: (bed) => {
      const rivalry = new AbortController();
      const rival = writeWithoutPause(bed.world, rivalry.signal);
      return Promise.resolve(async () => {
        rivalry.abort();
        await rival;
      });
    },
    holdMs: 1500,
    within: 6,
    meanwhile: SEEING,
  },
  {
    name: 'a namespace is deleted while its pods are judged',
    uses: ['cluster'],
    inflict: async (bed) => {
      const doomed = await World.create(bed.plane, `doomed-${bed.world.namespace}`);
      const names = ['a', 'b', 'c', 'd'];
      await Promise.all(names.map((name) => doomed.create(name, RECORDED.withoutInit)));
      await doomed.terminate();
      await Promise.all(names.map((name) => doomed.become(name, RECORDED.withCrashingSidecar)));
      return () => doomed.dismantle();
    },
    holdMs: 500,
    within: 6,
    meanwhile: SEEING,
  },
];

/** What several controllers do to the same pods at once: a condition of its own, and ours turned into a lie. */
async function writeWithoutPause(world: World, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    for (const { metadata } of await world.pods()) {
      const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const common = { reason: 'Rival', message: `round ${round}`, lastTransitionTime };
      const status = round % 2 === 0 ? 'True' : 'False';
      const rival = { ...common, type: 'example.com/Rival', status };
      const lie = { ...common, type: 'openservicemesh.io/RedirectionVerified', status };
      // The pod may have gone in the meantime.
      for (const condition of [rival, lie]) {
        await world.writeCondition(metadata.name, condition).catch(() => undefined);
      }
    }
  }
}
