/** A cluster in which nothing happens: what the controller writes and what it costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCluster } from './cluster.ts';
import { BenchController } from './controller.ts';
import { atMost, progress, type Part } from './part.ts';

const MOST_PERCENT = 0.5;
const SETTLE_MS = 5000;
const TOLD_EVERY_SECONDS = 60;

export const quiet: Part = {
  name: 'quiet',
  run: async (bench) => {
    const { quietSeconds } = bench.options;
    const cluster = await bench.cluster();
    await cluster.judged();
    const controller = BenchController.start(cluster.plane.kubeconfig);
    try {
      await controller.ready();
      await sleep(SETTLE_MS);
      const before = {
        ...(await countWrites(cluster)),
        revision: await cluster.revision(),
        cpuMs: controller.cpuMs,
      };
      for (let left = quietSeconds; left > 0; left -= TOLD_EVERY_SECONDS) {
        progress(`quiet cluster, ${left} s left`);
        await sleep(Math.min(left, TOLD_EVERY_SECONDS) * 1000);
      }
      const percent = ((controller.cpuMs - before.cpuMs) / (quietSeconds * 1000)) * 100;
      const after = { ...(await countWrites(cluster)), revision: await cluster.revision() };
      const leases = after.leases - before.leases;
      const writes = after.others - before.others;
      const minutes = `${quietSeconds} s, ${cluster.pods.length} pods`;
      return [
        {
          measure: `quiet cluster: writes`,
          figure: String(writes),
          ...atMost(writes, 0, 'writes'),
          detail: `${minutes}; by the API server's count of all clients, without ${leases} of leases; etcd's revision moved by ${after.revision - before.revision}`,
        },
        {
          measure: 'quiet cluster: CPU',
          figure: `${percent.toFixed(2)} %`,
          ...atMost(percent, MOST_PERCENT, '% of a core'),
          detail: `${minutes}; peak RSS by then ${(controller.memory.peakBytes / 1e6).toFixed(0)} MB`,
        },
      ];
    } finally {
      await controller.stop();
    }
  },
};

const WRITE_VERBS = ['POST', 'PUT', 'PATCH', 'DELETE', 'DELETECOLLECTION', 'APPLY', 'CREATE', 'UPDATE'];

/** Nobody else writes meanwhile, so what the API server counts is the controller's. */
async function countWrites(
  cluster: BenchCluster,
): Promise<{ readonly leases: number; readonly others: number }> {
  const text = await cluster.connections.send({ method: 'GET', path: '/metrics' });
  let leases = 0;
  let others = 0;
  for (const [, labels = '', value] of text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (!WRITE_VERBS.includes(label('verb'))) continue;
    // Questions that are asked by POST and leave nothing behind.
    if (label('resource').endsWith('reviews')) continue;
    if (label('resource') === 'leases') leases += Number(value);
    else others += Number(value);
  }
  return { leases, others };
}
