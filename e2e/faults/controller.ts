/**
 * The controller as `osm-auditor run` puts it together, with the patience of a test: `node controller.js KUBECONFIG`.
 *
 * It differs from the product in five ways: a silent watch is dead after IDLE_MS, what the watch has missed is looked for
 * every RELIST_MS, a call without an answer fails after ANSWER_MS, waits after failures are not random, and its parent can move its clock by sending `{ "shiftMs": N }`. The
 * log goes to standard error as usual.
 */
import process from 'node:process';
import { createLogger } from '../../src/cli/logging.ts';
import { Auditor } from '../../src/controller/auditor.ts';
import { connect } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { MetricsServer } from '../../src/metrics/server.ts';
import { shiftTime } from './shifted-time.ts';

/** More than a second below, or a watch that was silent would count as one that ended at once. */
const IDLE_MS = 2000;
const RELIST_MS = 8000;
const ANSWER_MS = 1000;
/** The same each time: then the next try is at most about as far away as the trouble has lasted. */
const JITTER = 0.2;

process.on('message', (message) => shiftTime((message as { readonly shiftMs: number }).shiftMs));
// The parent may end first; a channel alone must not keep this process.
process.channel?.unref();

const logger = createLogger({
  format: 'json',
  level: 'info',
  write: (line) => process.stderr.write(line),
});
const cluster = connect({ kubeconfig: process.argv[2], answerTimeoutMs: ANSWER_MS });
const metrics = new Metrics('faults');
const auditor = new Auditor({
  cluster,
  clock: systemClock,
  logger,
  metrics,
  osmNamespace: undefined,
  graceMs: 60_000,
  settleMs: 0,
  fork: {},
  writeConditions: true,
  writeEvents: true,
  instance: `pid-${process.pid}`,
  shard: { kind: 'all' },
  election: undefined,
  informers: { idleMs: IDLE_MS, relistMs: RELIST_MS, random: () => JITTER },
});
const server = await MetricsServer.listen({
  host: '127.0.0.1',
  port: 0,
  metrics,
  readiness: () => auditor.readiness(),
});
logger.info('osm-auditor starts', { port: server.port });
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort(new Error('received SIGTERM')));
await auditor.run(stopping.signal);
await server.close();
await cluster.close();
