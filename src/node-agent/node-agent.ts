/**
 * The agent of one node, put together: what wakes whom, what is read when, and what is counted.
 *
 *     a pod of the node                          -> its key: read if osm-init has run anew, then judged
 *     namespaces, configurations, webhooks       -> the configuration's key: all are judged by what was read
 *     the start                                  -> the same, after all have been read
 *     the interval                               -> all are read; those are judged whose kernel says something else
 *
 * It shares informers, queue, judgement and writing with the controller, and writes another condition than that does.
 *
 * Guarantees: constructing does no I/O. Ready means that every pod of the node has been judged, and that not every kernel
 * is closed to it. What fails is tried again: a pod's reading by its key, all of them by the next sweep.
 * RBAC: as controller/informers.ts, kube/events.ts and kube/conditions.ts say.
 */
import { setMaxListeners } from 'node:events';
import { LIVE_REDIRECTION } from '../core/audit/condition-text.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import { ClusterSurroundings } from '../controller/cluster-surroundings.ts';
import { gather, type GatherOptions, type Surroundings } from '../controller/gatherer.ts';
import {
  allInformers,
  createInformers,
  type Informers,
  type InformerTimings,
} from '../controller/informers.ts';
import { observeWork, refreshWork } from '../controller/instrumentation.ts';
import { Judge } from '../controller/judge.ts';
import { CONFIG_KEY, namespaceOfKey } from '../controller/keys.ts';
import { UNCONTESTED } from '../controller/leadership.ts';
import { Notices } from '../controller/notices.ts';
import { PodStatuses } from '../controller/pod-statuses.ts';
import { Reconciler } from '../controller/reconciler.ts';
import { Reporter } from '../controller/reporter.ts';
import { describeShard, fieldSelectorOf, type Shard } from '../controller/shard.ts';
import { sight } from '../controller/sight.ts';
import { LIVE, Sweep } from '../controller/sweep.ts';
import { limitWrites } from '../controller/write-limit.ts';
import { createWriters } from '../controller/writers.ts';
import type { KernelReader } from '../kernel/kernel.ts';
import type { Cluster } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Controller, type Readiness } from '../kube/controller.ts';
import { describeError } from '../kube/describe-error.ts';
import type { Logger } from '../kube/logger.ts';
import type { Requeue } from '../kube/workqueue.ts';
import type { LiveMetrics } from '../metrics/live-metrics.ts';
import { ConnectionCounts } from './connection-counts.ts';
import { LIVE_FINDINGS, refreshLive } from './live-instrumentation.ts';
import { LiveMemory } from './live-memory.ts';
import { isMeshed, LiveVerdict } from './live-verdict.ts';
import { PermissionWatch } from './permission-watch.ts';
import { podConnections } from './pod-connections.ts';
import { PodReadings, type ReadResult, type Round } from './pod-readings.ts';
import { liveReadingOf } from './nat-reading.ts';
import { sweepNowAndThen } from './sweeps.ts';

export interface NodeAgentOptions extends GatherOptions {
  readonly cluster: Cluster;
  readonly kernel: KernelReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: LiveMetrics;
  /** The name of the node. */
  readonly node: string;
  readonly osmNamespace: string | undefined;
  readonly sweepIntervalMs: number;
  readonly writeConditions: boolean;
  readonly writeEvents: boolean;
  /** The name of this process. */
  readonly instance: string;
  /** How long changes may go unseen before it is not ready any more, in milliseconds; a minute by default. */
  readonly blindAfterMs?: number;
  readonly informers?: InformerTimings;
  /** A number in [0, 1); Math.random by default. */
  readonly random?: () => number;
}

const REPORTING_CONTROLLER = 'openservicemesh.io/osm-auditor-node-agent';
/** Kubernetes waits longer than this before it kills. */
const DRAIN_MS = 5000;
/** Longer than an API server takes to start again. */
const BLIND_AFTER_MS = 60_000;
/** Most of the time a worker waits for an answer, or for a second look at a pod. */
const WORKERS = 16;
/** Of the signal that ends the run. */
const MOST_LISTENERS = 50;
/** So many changes are judged together: what they have in common is told once then. */
const MANY = 10;

export class NodeAgent {
  readonly #options: NodeAgentOptions;
  readonly #informers: Informers;
  readonly #around: Surroundings;
  readonly #readings: PodReadings;
  readonly #memory = new LiveMemory();
  readonly #counts = new ConnectionCounts();
  readonly #verdict: LiveVerdict;
  readonly #permission: PermissionWatch;
  readonly #notices = new Notices();
  readonly #sweep: Sweep;
  readonly #reconciler: Reconciler;
  readonly #controller: Controller;
  /** Whether work has begun: what changes from now on may have been passed already. */
  #begun = false;
  #judgedAll = false;
  /** Ends the waits for second looks. */
  #stopping: AbortSignal = new AbortController().signal;

  constructor(options: NodeAgentOptions) {
    const { cluster, kernel, clock, logger, metrics } = options;
    const shard: Shard = { kind: 'node', node: options.node };
    this.#options = options;
    this.#permission = new PermissionWatch(logger);
    const { events, conditions } = createWriters({
      writes: limitWrites(cluster.calls, UNCONTESTED),
      clock,
      metrics,
      writeConditions: options.writeConditions,
      writeEvents: options.writeEvents,
      reporter: { controller: REPORTING_CONTROLLER, instance: options.instance },
      words: LIVE_REDIRECTION,
      lookAgain: (key, afterMs) => this.#controller.queue.addAfter(key, afterMs),
    });
    this.#informers = createInformers({
      api: cluster,
      clock,
      logger,
      ...options.informers,
      podFieldSelector: fieldSelectorOf(shard),
      conditionType: LIVE_REDIRECTION.type,
      recognises: (after, before) => conditions?.recognises(after, before.condition) ?? true,
    });
    const { pods, namespaces, configs, webhooks } = this.#informers;
    this.#around = new ClusterSurroundings(this.#informers, options.osmNamespace);
    this.#readings = new PodReadings({
      kernel,
      clock,
      pod: (key) => pods.get(key)?.pod,
      onRead: (result) => metrics.reads.inc({ result: labelOf(result) }),
    });
    this.#verdict = new LiveVerdict(this.#readings, this.#memory);
    const statuses = new PodStatuses(LIVE_FINDINGS);
    const reporter = new Reporter({ conditions, events, words: LIVE_REDIRECTION });
    const shared = {
      around: this.#around,
      judge: new Judge({
        pods,
        around: this.#around,
        verdict: (input, key) => this.#verdict.of(input, key),
        gathering: options,
        statuses,
        metrics,
        clock,
      }),
      reporter,
      leadership: UNCONTESTED,
      metrics,
      notices: this.#notices,
      logger,
    };
    this.#sweep = new Sweep({
      ...shared,
      pods,
      events,
      queue: {
        add: (key, how) => this.#controller.queue.add(key, how),
        addAfter: (key, ms) => this.#controller.queue.addAfter(key, ms),
        isRunning: (key) => this.#controller.queue.isRunning(key),
      },
      part: describeShard(shard),
    });
    // Of the configuration itself the controller tells.
    this.#reconciler = new Reconciler({ ...shared, sweep: this.#sweep, configReporter: undefined, clock });
    this.#controller = new Controller({
      informers: [pods],
      optionalInformers: [namespaces, ...Object.values(configs), webhooks],
      reconcile: (key) => this.#reconcile(key),
      clock,
      logger,
      queue: { observer: observeWork(metrics), concurrency: WORKERS },
      drainMs: DRAIN_MS,
    });
    metrics.beforeScrape(() => {
      const { states } = this.#verdict;
      const readings = this.#readings.all;
      refreshLive(metrics, { statuses, states, readings, counts: this.#counts }, clock.monotonic());
      refreshWork(metrics, allInformers(this.#informers), this.#controller.queue);
    });
    this.#wire();
  }

  /** Runs until `signal` aborts and lets the work under way end. May be called once. */
  async run(signal: AbortSignal): Promise<void> {
    setMaxListeners(MOST_LISTENERS, signal);
    this.#stopping = signal;
    this.#sweepAll();
    const { clock, logger, sweepIntervalMs: intervalMs, random = Math.random } = this.#options;
    const sweeping = this.#sweep.judgedAll.then(() => {
      this.#judgedAll = true;
      const onFailure = (error: unknown): void => {
        logger.error('a sweep failed, the next one tries again', { error: describeError(error) });
      };
      const sweep = (): Promise<void> => this.#readAll();
      return sweepNowAndThen({ clock, intervalMs, random, sweep, onFailure }, signal);
    });
    await this.#controller.run(signal);
    if (this.#judgedAll) await sweeping;
  }

  /**
   * Not ready before every pod of the node is judged, nor while the server is not heard of for long or every kernel is
   * closed: then what the conditions say may be true no more.
   */
  readiness(): Readiness {
    const { clock, blindAfterMs = BLIND_AFTER_MS } = this.#options;
    const { refusal } = this.#informers.pods;
    if (refusal !== undefined)
      return { ready: false, reason: `pods may not be watched (${describeError(refusal)})` };
    const readiness = this.#controller.readiness();
    if (!readiness.ready) return readiness;
    if (!this.#judgedAll) return { ready: false, reason: 'the pods of the node are still to be judged' };
    const { closed } = this.#permission;
    if (closed !== undefined) return { ready: false, reason: `no kernel of a pod may be read (${closed})` };
    return sight(this.#informers, clock.now() - blindAfterMs);
  }

  async #reconcile(key: string): Promise<Requeue | undefined> {
    this.#begun = true;
    const { pods } = this.#informers;
    const ofPod = key !== CONFIG_KEY && namespaceOfKey(key) === undefined;
    const pod = ofPod ? pods.get(key)?.pod : undefined;
    if (ofPod && pod === undefined) this.#forget(key);
    const concerned = pod === undefined ? this.#meshedPods() : [pod].filter((each) => this.#isMeshed(each));
    const { failures } = await this.#read(concerned.filter((each) => this.#readings.isOwed(each)));
    const requeue = await this.#reconciler.reconcile(key);
    // What could not be read is tried again, later and later; what is known is told meanwhile.
    if (failures.size > 0) throw [...failures.values()][0];
    return requeue;
  }

  /** The sweep of the interval: reads every pod of the node. */
  async #readAll(): Promise<void> {
    const { clock, metrics } = this.#options;
    const started = clock.monotonic();
    const { changed, failures } = await this.#read(this.#meshedPods());
    metrics.readSweepDuration.observe((clock.monotonic() - started) / 1000);
    for (const key of changed) this.#notices.note(key, clock.monotonic());
    if (changed.length > MANY) this.#sweepAll();
    else for (const key of changed) this.#controller.queue.add(key, { priority: LIVE });
    const [first] = failures;
    if (first === undefined) return;
    // A failure of the scan is one of each pod.
    this.#options.logger.warn('reading the kernel failed for some pods, trying again', {
      pods: failures.size,
      pod: first[0],
      error: describeError(first[1]),
    });
    for (const key of failures.keys()) this.#controller.queue.add(key, { priority: LIVE });
  }

  async #read(pods: readonly Pod[]): Promise<Round> {
    const round = await this.#readings.read(pods, this.#stopping);
    this.#permission.look(this.#readings.all);
    for (const pod of pods) this.#count(pod);
    return round;
  }

  #count(pod: Pod): void {
    const nat = this.#readings.of(pod)?.nat;
    if (nat?.kind !== 'tables') return;
    const live = liveReadingOf(nat, undefined);
    const connections = podConnections({ ...this.#inputOf(pod), live });
    this.#counts.saw(podKey(pod), nat.network, connections);
  }

  #meshedPods(): readonly Pod[] {
    return [...this.#informers.pods.values()].map(({ pod }) => pod).filter((pod) => this.#isMeshed(pod));
  }

  #isMeshed(pod: Pod): boolean {
    return isMeshed(this.#inputOf(pod));
  }

  #inputOf(pod: Pod): ReturnType<typeof gather> {
    return gather(pod, this.#around, this.#options, this.#options.clock.now());
  }

  #forget(key: string): void {
    for (const memory of [this.#readings, this.#memory, this.#counts, this.#verdict]) memory.forget(key);
  }

  #wire(): void {
    const { pods, namespaces, configs, webhooks } = this.#informers;
    pods.onChange((key) => this.#wake(key));
    for (const informer of [namespaces, ...Object.values(configs), webhooks]) {
      informer.onChange(() => this.#wake(CONFIG_KEY));
      informer.onRefusal(() => this.#wake(CONFIG_KEY));
    }
  }

  /** What comes before the first pods are read is seen then, and nobody waits to hear of it. */
  #wake(key: string): void {
    if (!this.#begun) return;
    this.#notices.note(key, this.#options.clock.monotonic());
    if (key === CONFIG_KEY) this.#sweepAll();
    else this.#controller.queue.add(key, { priority: LIVE });
  }

  #sweepAll(): void {
    this.#sweep.expect();
    this.#controller.queue.add(CONFIG_KEY, { priority: LIVE });
  }
}

function labelOf(result: ReadResult): string {
  return result === 'tables' ? 'read' : result.replaceAll('-', '_');
}
