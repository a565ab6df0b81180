/**
 * The first sync: what our informer costs beside downloading the same pages and JSON.parse on the same bytes, and, for
 * comparison, client-node's informer. CPU time, since wall time on a shared machine says little.
 */
import { runChild } from './child-process.ts';
import type { Cost } from './children/measure.ts';
import { atMost, progress, type Part } from './part.ts';
import { median } from './statistics.ts';

const ROUNDS = 5;
const MOST = 1.8;
const KINDS = ['download', 'parse', 'inform', 'client-node'] as const;
type Kind = (typeof KINDS)[number];

export const sync: Part = {
  name: 'sync',
  run: async (bench) => {
    const cluster = await bench.cluster();
    await cluster.judged();
    const costs: Record<Kind, Cost[]> = { download: [], parse: [], inform: [], 'client-node': [] };
    let bytes = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`first sync, round ${round} of ${ROUNDS}`);
      for (const kind of round % 2 === 0 ? KINDS.toReversed() : KINDS) {
        const result = await runChild<Cost & { bytes?: number; pods?: number }>(kind, [
          cluster.plane.kubeconfig,
        ]);
        if (result.pods !== undefined && result.pods !== cluster.pods.length)
          throw new Error(`${kind} saw ${result.pods} pods`);
        costs[kind].push(result);
        bytes = result.bytes ?? bytes;
      }
    }
    const cpu = (kind: Kind): number => median(costs[kind].map(({ cpuMs }) => cpuMs));
    const wall = (kind: Kind): number => median(costs[kind].map(({ wallMs }) => wallMs));
    const base = cpu('download') + cpu('parse');
    const told = (kind: Kind): string =>
      `${kind} ${cpu(kind).toFixed(0)} ms CPU in ${wall(kind).toFixed(0)} ms`;
    const size = bytes / cluster.pods.length / 1000;
    const ratio = cpu('inform') / base;
    return [
      {
        measure: 'pods, and their mean size as JSON',
        figure: `${cluster.pods.length}, ${size.toFixed(1)} kB`,
      },
      {
        measure: 'first sync, CPU / (JSON.parse + download)',
        figure: `${ratio.toFixed(2)} x`,
        ...atMost(ratio, MOST, 'x'),
        detail: `medians of ${ROUNDS}: ${(['download', 'parse', 'inform'] as const).map(told).join(', ')}`,
      },
      {
        measure: "the same with client-node's informer",
        figure: `${(cpu('client-node') / base).toFixed(2)} x`,
        detail: `${told('client-node')}; ${(cpu('client-node') / cpu('parse')).toFixed(1)} x of JSON.parse alone, ours ${(cpu('inform') / cpu('parse')).toFixed(1)} x`,
      },
    ];
  },
};
