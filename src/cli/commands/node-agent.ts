/** `osm-auditor node-agent`: reads the kernels of a node's pods and reports, until SIGTERM or SIGINT. */
import process from 'node:process';
import { openKernel } from '../../kernel/kernel.ts';
import { connect } from '../../kube/client.ts';
import { systemClock } from '../../kube/clock.ts';
import { describeError } from '../../kube/describe-error.ts';
import { LiveMetrics } from '../../metrics/live-metrics.ts';
import { MetricsServer } from '../../metrics/server.ts';
import { NodeAgent } from '../../node-agent/node-agent.ts';
import { VERSION } from '../../version.ts';
import { judgingOf, type JudgingOptions } from '../judging-options.ts';
import { listenAddress } from '../listen-address.ts';
import { createLogger, type LogFormat, type LogLevel } from '../logging.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { untilSignal } from '../until-signal.ts';
import { UsageError } from '../usage-error.ts';

export interface NodeAgentOptions extends JudgingOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly osmNamespace?: string;
  readonly node?: string;
  /** In seconds. */
  readonly sweepInterval: number;
  readonly writeConditions: boolean;
  readonly writeEvents: boolean;
  readonly listen: string;
  readonly logFormat?: LogFormat;
  readonly logLevel: LogLevel;
}

/**
 * @throws UsageError when the node is not named, no cluster is configured, the kernel cannot be read at all or the address
 *   cannot be listened on
 */
export async function nodeAgent(options: NodeAgentOptions, terminal: Terminal): Promise<number> {
  const { kubeconfig, context } = options;
  const format = options.logFormat ?? (terminal.interactive ? 'text' : 'json');
  const logger = createLogger({ format, level: options.logLevel, write: (line) => terminal.err(line) });
  const node = nodeOf(options, process.env['NODE_NAME']);
  const address = listenAddress(options.listen);
  const cluster = await Promise.resolve()
    .then(() => connect({ kubeconfig, context }))
    .catch(explain);
  const kernel = await openKernel().catch(explain);
  const metrics = new LiveMetrics(VERSION);
  const agent = new NodeAgent({
    cluster,
    kernel,
    clock: systemClock,
    logger,
    metrics,
    node,
    osmNamespace: options.osmNamespace,
    ...judgingOf(options),
    sweepIntervalMs: options.sweepInterval * 1000,
    writeConditions: options.writeConditions,
    writeEvents: options.writeEvents,
    instance: process.env['POD_NAME'] ?? `pid-${process.pid}`,
  });
  const server = await MetricsServer.listen({
    ...address,
    metrics,
    readiness: () => agent.readiness(),
  }).catch((error: unknown) => {
    throw new UsageError(`cannot listen on ${options.listen}: ${describeError(error)}`);
  });
  logger.info('osm-auditor starts', { version: VERSION, server: cluster.server, port: server.port, node });
  if (!kernel.glances)
    logger.warn('every reading starts programs, which takes more CPU time', { reason: kernel.whyNoGlances });
  try {
    await agent.run(untilSignal((name) => logger.info('stopping', { signal: name })));
  } finally {
    await server.close();
    await cluster.close();
  }
  logger.info('stopped');
  return EXIT.good;
}

function nodeOf({ node }: Pick<NodeAgentOptions, 'node'>, variable: string | undefined): string {
  const name = node ?? variable;
  if (name !== undefined && name !== '') return name;
  throw new UsageError('node-agent needs --node, or the name of the node as NODE_NAME');
}

function explain(error: unknown): never {
  throw new UsageError(describeError(error));
}
