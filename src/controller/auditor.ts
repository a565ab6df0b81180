/**
 * The controller of this product, put together: the loop that judges pods by `audit`, an election, policy reports and a page.
 *
 *     the beginning of leadership      -> the configuration's key: a sweep over all pods
 *     definitions of policy reports    -> the same, where they are to be written
 *     policy reports                   -> the pod's key, unless the change is our own
 *     everything else                  -> as audit-loop.ts says
 *
 * Guarantees: constructing does no I/O. A replica takes part in an election only when it has judged all pods; until it
 * leads, and after, it judges and counts and writes nothing.
 */
import { audit } from '../core/audit/audit.ts';
import { REDIRECTION } from '../core/audit/condition-text.ts';
import type { Readiness } from '../kube/controller.ts';
import type { EventInput } from '../kube/events.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { AuditLoop, type LoopSettings } from './audit-loop.ts';
import { ConfigReporter } from './config-reporter.ts';
import { refreshPods } from './instrumentation.ts';
import { UNCONTESTED, type Leadership } from './leadership.ts';
import { LivePage, type MadePage } from './live-page.ts';
import { PodStatuses } from './pod-statuses.ts';
import { policyReporting } from './policy-reporting.ts';
import { Reporter } from './reporter.ts';
import { describeShard, type Shard } from './shard.ts';
import { limitWrites } from './write-limit.ts';
import { createWriters, type Writers } from './writers.ts';

/** An election that this process takes part in; kube/leader-election.ts has one. */
export interface Election extends Leadership {
  /** Takes part until `signal` aborts, then gives back what it holds. */
  run(signal: AbortSignal): Promise<void>;
  onChange(handler: (leading: boolean) => void): void;
}

export interface AuditorOptions extends LoopSettings {
  readonly metrics: Metrics;
  /** Whether to write policy reports, as soon as the cluster has a definition of them; false by default. */
  readonly writePolicyReports?: boolean;
  /** Which pods this process judges. */
  readonly shard: Shard;
  /** undefined for a replica that is the only one of its shard. */
  readonly election: Election | undefined;
}

const REPORTING_CONTROLLER = 'openservicemesh.io/osm-auditor';

export class Auditor {
  readonly #loop: AuditLoop;
  readonly #election: Election | undefined;
  readonly #livePage: LivePage;
  #elected: Promise<void> | undefined;

  constructor(options: AuditorOptions) {
    const { cluster, clock, logger, metrics, shard, election } = options;
    const leadership: Leadership = election ?? UNCONTESTED;
    this.#election = election;
    const writes = limitWrites(cluster.calls, leadership);
    const lookAgain = (key: string, afterMs: number): void => this.#loop.queue.addAfter(key, afterMs);
    const { events, conditions } = createWriters({
      ...options,
      writes,
      reporter: { controller: REPORTING_CONTROLLER, instance: options.instance },
      words: REDIRECTION,
      lookAgain,
    });
    const { groups, writer: policyReports } = policyReporting({
      on: options.writePolicyReports === true,
      api: cluster,
      writes: writes.customObjects,
      clock,
      logger,
      metrics,
      informers: options.informers,
      onForeignHand: (pod) => {
        // What the leader writes is no news for those that follow.
        if (leadership.leading) this.#loop.wake(pod);
      },
      onPresence: () => this.#loop.sweepAllAgain(),
      lookAgain,
    });
    const reporter = new Reporter({ conditions, events, policyReports });
    const configReporter = new ConfigReporter(ofConfiguration(events, shard), logger);
    const statuses = new PodStatuses();
    this.#loop = new AuditLoop({
      settings: options,
      metrics,
      shard,
      leadership,
      conditionType: REDIRECTION.type,
      otherInformers: groups.map(({ reports }) => reports),
      verdict: audit,
      statuses,
      events,
      conditions,
      reporter,
      configReporter,
    });
    const { informers, around, sweep } = this.#loop;
    this.#livePage = new LivePage({
      pods: informers.pods,
      around,
      gathering: options,
      clock,
      version: () => this.#loop.changes,
      origin: `from ${cluster.server}, ${describeShard(shard)}`,
    });
    metrics.beforeScrape(() => {
      refreshPods(metrics, statuses);
      metrics.leader.set(leadership.leading ? 1 : 0);
    });
    election?.onChange((leading) => {
      for (const memory of [reporter, configReporter, sweep]) memory.reset();
      // What the one before has left undone.
      if (leading) this.#loop.sweepAll();
    });
  }

  /** Runs until `signal` aborts, lets the work under way end and then gives the leadership back. */
  async run(signal: AbortSignal): Promise<void> {
    const electing = new AbortController();
    this.#electOnceJudged(electing.signal);
    try {
      await this.#loop.run(signal);
    } finally {
      electing.abort();
      await this.#elected;
    }
  }

  readiness(): Readiness {
    return this.#loop.readiness();
  }

  /** What is true of every pod of this replica right now, as a page for browsers. */
  page(): Promise<MadePage> {
    return this.#livePage.get();
  }

  /** A replica that has not judged what is there would lead without a word to say. */
  #electOnceJudged(signal: AbortSignal): void {
    void this.#loop.sweep.judgedAll.then(() => {
      if (!signal.aborted) this.#elected = this.#election?.run(signal);
    });
  }
}

/** Each shard sees the configuration; what one has told, the others find told and do not count as a repeat. */
function ofConfiguration(
  events: Writers['events'],
  { kind }: Shard,
): ConstructorParameters<typeof ConfigReporter>[0] {
  if (events === undefined || kind === 'all') return events;
  const ensure = (event: EventInput): ReturnType<typeof events.ensure> => events.ensure(event);
  return { ensure, record: ensure };
}
