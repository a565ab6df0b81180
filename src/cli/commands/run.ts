/** `osm-auditor run`: the controller, until SIGTERM or SIGINT. */
import process from 'node:process';
import { Auditor } from '../../controller/auditor.ts';
import { describeShard } from '../../controller/shard.ts';
import { connect } from '../../kube/client.ts';
import { systemClock } from '../../kube/clock.ts';
import { describeError } from '../../kube/describe-error.ts';
import { LeaderElector } from '../../kube/leader-election.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { MetricsServer } from '../../metrics/server.ts';
import { VERSION } from '../../version.ts';
import { listenAddress } from '../listen-address.ts';
import { judgingOf, type JudgingOptions } from '../judging-options.ts';
import { replicaOf, whereabouts, type ReplicaOptions } from '../replica-options.ts';
import { createLogger, type LogFormat, type LogLevel } from '../logging.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { untilSignal } from '../until-signal.ts';
import { UsageError } from '../usage-error.ts';

export interface RunOptions extends JudgingOptions, ReplicaOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly osmNamespace?: string;
  readonly writeConditions: boolean;
  readonly writeEvents: boolean;
  readonly writePolicyReports: boolean;
  readonly listen: string;
  readonly ui: boolean;
  readonly logFormat?: LogFormat;
  readonly logLevel: LogLevel;
}

/** @throws UsageError when options contradict, no cluster is configured or the address cannot be listened on */
export async function run(options: RunOptions, terminal: Terminal): Promise<number> {
  const format = options.logFormat ?? (terminal.interactive ? 'text' : 'json');
  const logger = createLogger({ format, level: options.logLevel, write: (line) => terminal.err(line) });
  const replica = replicaOf(options, whereabouts());
  const address = listenAddress(options.listen);
  const source = { kubeconfig: options.kubeconfig, context: options.context };
  const cluster = explain(() => connect(source));
  const { shard, election } = replica;
  // With connections of its own: a renewal must not wait behind thousands of writes.
  const leases = election === undefined ? undefined : explain(() => connect(source));
  const metrics = new Metrics(VERSION);
  const auditor = new Auditor({
    cluster,
    clock: systemClock,
    logger,
    metrics,
    osmNamespace: options.osmNamespace,
    ...judgingOf(options),
    writeConditions: options.writeConditions,
    writeEvents: options.writeEvents,
    writePolicyReports: options.writePolicyReports,
    instance: process.env['POD_NAME'] ?? `pid-${process.pid}`,
    shard,
    election:
      election === undefined || leases === undefined
        ? undefined
        : new LeaderElector({
            ...election,
            api: leases.calls,
            clock: systemClock,
            logger,
            identity: replica.identity,
          }),
  });
  const server = await MetricsServer.listen({
    ...address,
    metrics,
    readiness: () => auditor.readiness(),
    page: options.ui ? () => auditor.page() : undefined,
  }).catch((error: unknown) => {
    throw new UsageError(`cannot listen on ${options.listen}: ${describeError(error)}`);
  });
  logger.info('osm-auditor starts', {
    version: VERSION,
    server: cluster.server,
    port: server.port,
    judges: describeShard(replica.shard),
    identity: replica.identity,
  });
  try {
    await auditor.run(untilSignal((name) => logger.info('stopping', { signal: name })));
  } finally {
    await server.close();
    await cluster.close();
    await leases?.close();
  }
  logger.info('stopped');
  return EXIT.good;
}

function explain<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}
