/** Starting the bundle: for a command at a desk, beside Node itself, and as controller of an empty cluster. */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { BenchController } from './controller.ts';
import { progress, type Part, type Row } from './part.ts';
import { median, timed } from './statistics.ts';

const ROUNDS = 10;
const READY_ROUNDS = 3;
const BUNDLE = 'dist/osm-auditor.js';

let emptyReadyMs: readonly number[] = [];

export const start: Part = {
  name: 'start',
  onEmptyCluster: async ({ plane }) => {
    progress('bundled controller on the empty cluster');
    const times: number[] = [];
    for (let round = 0; round < READY_ROUNDS; round += 1) {
      const begun = performance.now();
      const controller = BenchController.start(plane.kubeconfig);
      try {
        await controller.ready();
        times.push(performance.now() - begun);
      } finally {
        await controller.stop();
      }
    }
    emptyReadyMs = times;
  },
  run: () => {
    progress('starting the bundle');
    const node = starting(['-e', '0']);
    const ofBundle = (measure: string, args: readonly string[]): Row => {
      const ms = starting([BUNDLE, ...args]);
      return {
        measure,
        figure: `${ms.toFixed(0)} ms`,
        detail: `median of ${ROUNDS}; ${(ms / node).toFixed(1)} x of node -e 0 (${node.toFixed(0)} ms)`,
      };
    };
    return Promise.resolve([
      ofBundle('start: osm-auditor version', ['version']),
      ofBundle('start: osm-auditor check -f FILE', ['check', '-f', 'examples/guide/base']),
      {
        measure: 'start of the bundle until ready, empty cluster',
        figure: `${median(emptyReadyMs).toFixed(0)} ms`,
        detail: `median of ${READY_ROUNDS}`,
      },
    ]);
  },
};

function starting(args: readonly string[]): number {
  const run = (): number =>
    timed(() => {
      spawnSync(process.execPath, args, { cwd: repositoryRoot });
    });
  return median(Array.from({ length: ROUNDS }, run));
}
