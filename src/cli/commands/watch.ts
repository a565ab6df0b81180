/**
 * `osm-auditor check --watch`: the table of the cluster's pods, drawn anew in its place when something has changed, until
 * Ctrl-C; where nobody watches, a line for each pod whose verdict changes.
 *
 * Guarantees: writes nothing to the cluster. What is not seen any more, and what cannot be read, is said. Drawing needs no
 * mode of the terminal that would have to be left again, so it is in order however the command ends.
 * RBAC: list and watch on what controller/informers.ts reads.
 */
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { ClusterSurroundings } from '../../controller/cluster-surroundings.ts';
import { createInformers, type Informers } from '../../controller/informers.ts';
import { LiveAudit } from '../../controller/live-audit.ts';
import type { Cluster } from '../../kube/client.ts';
import { systemClock } from '../../kube/clock.ts';
import { describeError } from '../../kube/describe-error.ts';
import type { Logger, LogFields } from '../../kube/logger.ts';
import { sourceOf } from '../connection-options.ts';
import { connectOrExplain } from '../from-cluster.ts';
import { judgingOf } from '../judging-options.ts';
import { linesView, screenView, type View } from '../live-views.ts';
import { Progress } from '../progress.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { untilSignal } from '../until-signal.ts';
import { UsageError } from '../usage-error.ts';
import type { CheckOptions } from './check.ts';

/** Between two looks, and so at least between two pictures. */
const LOOK_MS = 500;
const POLL_MS = 50;
/** Of the signal that ends the run; Node takes more than ten for a leak. */
const MOST_LISTENERS = 50;
const FORMATS: readonly string[] = ['table', 'wide'];

/**
 * @returns 0 when a signal has ended it, as `kubectl get --watch` does
 * @throws UsageError when no cluster is configured or its pods cannot be listed at the start
 */
export async function watch(options: CheckOptions, terminal: Terminal): Promise<number> {
  if (options.filename.length > 0)
    throw new UsageError('--watch looks at a cluster: it cannot be given together with -f');
  if (!FORMATS.includes(options.output))
    throw new UsageError(`--watch is for -o ${FORMATS.join(' and -o ')}, not for -o ${options.output}`);
  const cluster = connectOrExplain(sourceOf(options));
  const stopping = new AbortController();
  const signal = AbortSignal.any([untilSignal(), stopping.signal]);
  setMaxListeners(MOST_LISTENERS, signal);
  let view: View | undefined;
  const notes: string[] = [];
  const note = (text: string): void => {
    if (view === undefined) notes.push(text);
    else view.note(text);
  };
  const { informers, around, audit } = arrange(cluster, options, loggerTo(note));
  const running = audit.run(signal);
  try {
    await firstLists(audit, informers.pods, terminal, signal);
    const onScreen = terminal.screen !== undefined && process.env['TERM'] !== 'dumb';
    view = onScreen
      ? screenView(terminal.screen, options, terminal, { audit, around })
      : linesView(options, terminal);
    for (const text of notes) view.note(text);
    while (!signal.aborted) {
      view.show(audit.look(), audit.trouble);
      await systemClock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  } finally {
    stopping.abort();
    await running;
    await cluster.close();
  }
  return EXIT.good;
}

interface Arrangement {
  readonly informers: Informers;
  readonly around: ClusterSurroundings;
  readonly audit: LiveAudit;
}

function arrange(cluster: Cluster, options: CheckOptions, logger: Logger): Arrangement {
  const informers = createInformers({
    api: cluster,
    clock: systemClock,
    logger,
    // Conditions are the controller's; what is shown here does not depend on them.
    recognises: () => true,
    configMapNamespace: options.osmNamespace,
    podLabelSelector: options.selector,
    podNamespace: options.allNamespaces ? undefined : (options.namespace ?? cluster.namespace),
  });
  const around = new ClusterSurroundings(informers, options.osmNamespace);
  const gathering = judgingOf(options);
  return { informers, around, audit: new LiveAudit({ informers, around, gathering, clock: systemClock }) };
}

/** Failures of lists and watches are seen by what they do to sight; the rest that is wrong is told here. */
function loggerTo(note: (text: string) => void): Logger {
  const nothing = (): void => undefined;
  const error = (message: string, { key, error: reason }: LogFields = {}): void => {
    note([message, key, reason].filter((part) => typeof part === 'string').join(': '));
  };
  return { debug: nothing, info: nothing, warn: nothing, error };
}

/** What fails later is tried again; what fails now is for the person at the keyboard to put right. */
async function firstLists(
  audit: LiveAudit,
  pods: Pick<Informers['pods'], 'synced' | 'stats'>,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const progress = new Progress(terminal);
  try {
    for (let waits = audit.waitsFor; waits !== undefined && !signal.aborted; waits = audit.waitsFor) {
      const { failure } = pods.stats;
      if (!pods.synced && failure !== undefined)
        throw new UsageError(`cannot list pods: ${describeError(failure)}`);
      progress.say(`listing ${waits}`);
      await systemClock.sleep(POLL_MS, signal).catch(() => undefined);
    }
  } finally {
    progress.end();
  }
}
