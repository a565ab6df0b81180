/**
 * The controller of this product, put together: what wakes whom, and what is counted.
 *
 *     pods                             -> the pod's key
 *     namespaces                       -> the namespace's key: a sweep over its pods
 *     ConfigMap, MeshConfigs, webhooks -> the configuration's key: a sweep over all pods
 *     the beginning of leadership      -> the same
 *     definitions of policy reports    -> the same, where they are to be written
 *     policy reports                   -> the pod's key, unless the change is our own
 *
 * Guarantees: constructing does no I/O. Pods are judged once pods are known and namespaces and configurations have either
 * been listed or been refused; a refusal leaves pods Unknown and is tried again. A replica takes part in an election only
 * when it has judged all pods; until it leads, and after, it judges and counts and writes nothing.
 */
import { setMaxListeners } from 'node:events';
import { audit } from '../core/audit/audit.ts';
import { REDIRECTION } from '../core/audit/condition-text.ts';
import type { Fork } from '../core/osm/dialect.ts';
import type { Cluster } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { describeError } from '../kube/describe-error.ts';
import { Controller, type Readiness } from '../kube/controller.ts';
import type { EventInput } from '../kube/events.ts';
import type { Logger } from '../kube/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import { ConfigReporter } from './config-reporter.ts';
import { allInformers, createInformers, type Informers, type InformerTimings } from './informers.ts';
import { Judge } from './judge.ts';
import { LivePage, type MadePage } from './live-page.ts';
import { UNCONTESTED, type Leadership } from './leadership.ts';
import { observeWork, refreshPods, refreshWork } from './instrumentation.ts';
import { Notices } from './notices.ts';
import { policyReporting } from './policy-reporting.ts';
import { CONFIG_KEY, namespaceKey } from './keys.ts';
import { Reconciler } from './reconciler.ts';
import { Reporter } from './reporter.ts';
import { describeShard, fieldSelectorOf, owns, type Shard } from './shard.ts';
import { sight } from './sight.ts';
import { LIVE, Sweep } from './sweep.ts';
import { PodStatuses } from './pod-statuses.ts';
import { limitWrites } from './write-limit.ts';
import { createWriters } from './writers.ts';

/** An election that this process takes part in; kube/leader-election.ts has one. */
export interface Election extends Leadership {
  /** Takes part until `signal` aborts, then gives back what it holds. */
  run(signal: AbortSignal): Promise<void>;
  onChange(handler: (leading: boolean) => void): void;
}

export interface AuditorOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly osmNamespace: string | undefined;
  readonly graceMs: number;
  readonly settleMs: number;
  readonly fork: Fork;
  readonly writeConditions: boolean;
  readonly writeEvents: boolean;
  /** Whether to write policy reports, as soon as the cluster has a definition of them; false by default. */
  readonly writePolicyReports?: boolean;
  /** The name of this replica. */
  readonly instance: string;
  /** Which pods this process judges. */
  readonly shard: Shard;
  /** How long changes may go unseen before it is not ready any more, in milliseconds; a minute by default. */
  readonly blindAfterMs?: number;
  /** undefined for a replica that is the only one of its shard. */
  readonly election: Election | undefined;
  readonly informers?: InformerTimings;
}

const REPORTING_CONTROLLER = 'openservicemesh.io/osm-auditor';
/** Kubernetes waits longer than this before it kills; see the Deployment. */
const DRAIN_MS = 5000;
/** Longer than an API server takes to start again. */
const BLIND_AFTER_MS = 60_000;
/** Most of the time a worker waits for the answer to a write: the next one can go out meanwhile. */
const WORKERS = 16;
/** Of the signal that ends the run. */
const MOST_LISTENERS = 50;

export class Auditor {
  readonly #informers: Informers;
  readonly #controller: Controller;
  readonly #sweep: Sweep;
  readonly #election: Election | undefined;
  readonly #notices = new Notices();
  readonly #clock: Clock;
  readonly #blindAfterMs: number;
  readonly #livePage: LivePage;
  /** Of what is known of the cluster. */
  #changes = 0;
  #elected: Promise<void> | undefined;

  constructor(options: AuditorOptions) {
    const { cluster, clock, logger, metrics, osmNamespace, graceMs, settleMs, fork, shard, election } =
      options;
    const leadership: Leadership = election ?? UNCONTESTED;
    this.#clock = clock;
    this.#election = election;
    this.#blindAfterMs = options.blindAfterMs ?? BLIND_AFTER_MS;
    const writes = limitWrites(cluster.calls, leadership);
    const lookAgain = (key: string, afterMs: number): void => this.#controller.queue.addAfter(key, afterMs);
    const { events, conditions } = createWriters({
      writes,
      clock,
      metrics,
      writeConditions: options.writeConditions,
      writeEvents: options.writeEvents,
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
        if (leadership.leading) this.#wake(pod);
      },
      onPresence: () => this.#sweepAllAgain(),
      lookAgain,
    });
    const otherInformers = groups.map(({ reports }) => reports);
    const reporter = new Reporter({ conditions, events, policyReports });
    // Each shard sees the configuration; what one has told, the others find told and do not count as a repeat.
    const configEvents =
      events === undefined || shard.kind === 'all'
        ? events
        : {
            ensure: (event: EventInput) => events.ensure(event),
            record: (event: EventInput) => events.ensure(event),
          };
    const configReporter = new ConfigReporter(configEvents, logger);
    this.#informers = createInformers({
      api: cluster,
      clock,
      logger,
      ...options.informers,
      podFieldSelector: fieldSelectorOf(shard),
      ownsPod: shard.kind === 'hash' ? (key) => owns(shard, key) : undefined,
      // What the leader writes is no news for those that follow.
      recognises: (after, before) =>
        !leadership.leading || (conditions?.recognises(after, before.condition) ?? true),
    });
    const { pods, namespaces, configs, webhooks } = this.#informers;
    const around = new ClusterSurroundings(this.#informers, osmNamespace);
    const statuses = new PodStatuses();
    const judge = new Judge({
      pods,
      around,
      verdict: audit,
      gathering: { graceMs, settleMs, fork },
      statuses,
      metrics,
      clock,
    });
    this.#livePage = new LivePage({
      pods,
      around,
      gathering: { graceMs, settleMs, fork },
      clock,
      version: () => this.#changes,
      origin: `from ${cluster.server}, ${describeShard(shard)}`,
    });
    const notices = this.#notices;
    this.#sweep = new Sweep({
      pods,
      around,
      judge,
      reporter,
      events,
      leadership,
      notices,
      metrics,
      logger,
      queue: {
        add: (key, how) => this.#controller.queue.add(key, how),
        addAfter: (key, ms) => this.#controller.queue.addAfter(key, ms),
        isRunning: (key) => this.#controller.queue.isRunning(key),
      },
      part: shard.kind === 'all' ? undefined : describeShard(shard),
    });
    const reconciler = new Reconciler({
      judge,
      sweep: this.#sweep,
      around,
      reporter,
      configReporter,
      leadership,
      metrics,
      clock,
      notices,
      logger,
    });
    this.#controller = new Controller({
      informers: [pods],
      optionalInformers: [namespaces, ...Object.values(configs), webhooks],
      // No verdict depends on them, and a server that stands behind the API server may serve them.
      otherInformers,
      reconcile: (key) => reconciler.reconcile(key),
      clock,
      logger,
      queue: { observer: observeWork(metrics), concurrency: WORKERS },
      drainMs: DRAIN_MS,
    });
    metrics.beforeScrape(() => {
      refreshPods(metrics, statuses);
      refreshWork(metrics, [...allInformers(this.#informers), ...otherInformers], this.#controller.queue);
      metrics.leader.set(leadership.leading ? 1 : 0);
    });
    election?.onChange((leading) => {
      for (const memory of [reporter, configReporter, this.#sweep]) memory.reset();
      // What the one before has left undone.
      if (leading) this.#sweepAll();
    });
    this.#wire();
  }

  /** Runs until `signal` aborts, lets the work under way end and then gives the leadership back. */
  async run(signal: AbortSignal): Promise<void> {
    // Node takes more than ten for a leak. Each informer adds one as long as it runs, and a few for a while.
    setMaxListeners(MOST_LISTENERS, signal);
    this.#sweepAll();
    const electing = new AbortController();
    this.#electOnceJudged(electing.signal);
    try {
      await this.#controller.run(signal);
    } finally {
      electing.abort();
      await this.#elected;
    }
  }

  /**
   * Not ready before the backlog is judged, nor while the server refuses to show pods or has not been heard of for long:
   * then what the metrics and conditions say may be true no more.
   */
  readiness(): Readiness {
    const { refusal } = this.#informers.pods;
    if (refusal !== undefined)
      return { ready: false, reason: `pods may not be watched (${describeError(refusal)})` };
    const readiness = this.#controller.readiness();
    return readiness.ready ? sight(this.#informers, this.#clock.now() - this.#blindAfterMs) : readiness;
  }

  /** What is true of every pod of this replica right now, as a page for browsers. */
  page(): Promise<MadePage> {
    return this.#livePage.get();
  }

  /** A replica that has not judged what is there would lead without a word to say. */
  #electOnceJudged(signal: AbortSignal): void {
    void this.#sweep.judgedAll.then(() => {
      if (!signal.aborted) this.#elected = this.#election?.run(signal);
    });
  }

  #wire(): void {
    const { pods, namespaces, configs, webhooks } = this.#informers;
    pods.onChange((key) => this.#wake(key));
    namespaces.onChange((name) => this.#wake(namespaceKey(name)));
    for (const informer of [...Object.values(configs), webhooks]) {
      informer.onChange(() => this.#wake(CONFIG_KEY));
      informer.onRefusal(() => this.#wake(CONFIG_KEY));
    }
    // A list that is refused, or allowed again, changes what can be known of every pod.
    namespaces.onRefusal(() => this.#wake(CONFIG_KEY));
  }

  /** What comes before the first sweep is seen by it, and nobody waits to hear of it. */
  #wake(key: string): void {
    this.#changes += 1;
    if (!this.#sweep.begun) return;
    this.#notices.note(key, this.#clock.monotonic());
    if (key === CONFIG_KEY) this.#sweepAll();
    else this.#controller.queue.add(key, { priority: LIVE });
  }

  /** For what verdicts do not depend on, so that it is no change whose report anybody waits for. */
  #sweepAllAgain(): void {
    if (this.#sweep.begun) this.#sweepAll();
  }

  #sweepAll(): void {
    this.#sweep.expect();
    this.#controller.queue.add(CONFIG_KEY, { priority: LIVE });
  }
}
