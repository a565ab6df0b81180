/** The controller in this process, without its command line: for looking into it while it works. */
import { Auditor } from '../../../src/controller/auditor.ts';
import type { Shard } from '../../../src/controller/shard.ts';
import { connect } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { Metrics } from '../../../src/metrics/metrics.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { stderrLogger } from './stderr-logger.ts';

export interface RunningAuditor {
  readonly metrics: Metrics;
  readonly stop: () => Promise<void>;
}

/** The defaults of the command line, in milliseconds. */
const GRACE_MS = 60_000;
const SETTLE_MS = 5000;
const POLL_MS = 20;
const READY_WITHIN_MS = 180_000;

/** Resolves when it is ready. */
export async function startAuditor(
  kubeconfig: string,
  shard: Shard = { kind: 'all' },
): Promise<RunningAuditor> {
  const cluster = connect({ kubeconfig });
  const metrics = new Metrics('bench');
  const auditor = new Auditor({
    cluster,
    clock: systemClock,
    logger: stderrLogger,
    metrics,
    osmNamespace: undefined,
    graceMs: GRACE_MS,
    settleMs: SETTLE_MS,
    fork: {},
    writeConditions: true,
    writeEvents: true,
    instance: 'bench',
    shard,
    election: undefined,
  });
  const stopping = new AbortController();
  const running = auditor.run(stopping.signal);
  const deadline = Date.now() + READY_WITHIN_MS;
  for (let state = auditor.readiness(); !state.ready; state = auditor.readiness()) {
    if (Date.now() > deadline) throw new Error(`not ready: ${state.reason}`);
    await sleep(POLL_MS);
  }
  return {
    metrics,
    stop: async () => {
      stopping.abort();
      await running;
      await cluster.close();
    },
  };
}
