/** What it costs to read the live rules of 100 pods: networks made here with a script of OSM in each, of either backend. */
import { BACKENDS, type Backend } from '../../src/core/iptables/saved-tables.ts';
import { osmLines } from '../../src/testing/osm-scripts.ts';
import { podId, PodNetworks, readerPrograms, whyNoNetworks } from '../kernel/pod-networks.ts';
import type { LiveSweep, LiveSweeps } from './children/live.ts';
import { runChild } from './child-process.ts';
import { manifestNodeOptions } from './controller.ts';
import { atMost, progress, type Part, type Row } from './part.ts';

const PODS = 100;
const SCRIPT = {
  ranges: Array.from({ length: 5 }, (_, i) => `10.${i}.0.0/16`),
  ports: [6379, 7070],
  inboundPorts: [1010],
};
const CPU_MS = 500;
const MEGABYTES = 60;
/** The heap breathes by as much. */
const GROWTH_MEGABYTES = 3;

export const live: Part = {
  name: 'live',
  run: async () => {
    const reason = whyNoNetworks();
    if (reason !== undefined) throw new Error(`no networks can be made here: ${reason}`);
    const rows: Row[] = [];
    for (const backend of BACKENDS) rows.push(...(await sweepOver(backend)));
    return rows;
  },
};

async function sweepOver(backend: Backend): Promise<readonly Row[]> {
  progress(`${PODS} networks with rules of the ${backend} backend`);
  const pods = await PodNetworks.start();
  try {
    const restore = { [backend]: `*nat\n${osmLines('R4', SCRIPT).join('\n')}\nCOMMIT\n` };
    for (let at = 0; at < PODS; at += 1) pods.assign(await pods.network({ restore }), podId(at));
    progress('sweeps');
    const programs = JSON.stringify(readerPrograms(pods.tools));
    const { first, following, long } = await runChild<LiveSweeps>('live', [pods.proc, programs], {
      nodeArgs: manifestNodeOptions('manifests/node-agent/daemon-set.yaml').split(' '),
    });
    const memory = following.peakBytes / 1e6;
    return [
      {
        measure: `live rules of ${PODS} pods, ${backend}: CPU of a first sweep, all in full`,
        figure: `${cpuOf(first).toFixed(0)} ms`,
        detail: `${(cpuOf(first) / PODS).toFixed(0)} ms a pod; ${detailOf(first)}`,
      },
      {
        measure: `the same: CPU of a sweep after it, while nothing changes`,
        figure: `${cpuOf(following).toFixed(0)} ms`,
        ...atMost(cpuOf(following), CPU_MS, 'ms'),
        detail: `median of 5; ${detailOf(following)}`,
      },
      {
        measure: `the same: peak RSS of a process that does nothing else, with the NODE_OPTIONS of the agent`,
        figure: `${memory.toFixed(0)} MB`,
        ...atMost(memory, MEGABYTES, 'MB'),
      },
      {
        measure: `the same: CPU of the costliest sweep of ${long.sweeps} and more, some pods in full again`,
        figure: `${long.mostMs.toFixed(0)} ms`,
        ...atMost(long.mostMs, CPU_MS, 'ms'),
      },
      {
        measure: `the same: growth of its own memory over ${long.sweeps} sweeps more`,
        figure: `${(long.grownBytes / 1e6).toFixed(1)} MB`,
        ...atMost(long.grownBytes / 1e6, GROWTH_MEGABYTES, 'MB'),
        detail: `from ${(long.settledBytes / 1e6).toFixed(1)} MB`,
      },
    ];
  } finally {
    pods.stop();
  }
}

function cpuOf({ ownMs, programsMs }: LiveSweep): number {
  return ownMs + programsMs;
}

function detailOf({ programsMs, ownMs, processes, scanMs, wallMs }: LiveSweep): string {
  return `programs ${programsMs.toFixed(0)} ms, Node ${ownMs.toFixed(0)} ms, of that a scan of ${processes} processes ${scanMs.toFixed(1)} ms; ${wallMs.toFixed(0)} ms on the clock`;
}
