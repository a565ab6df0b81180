/**
 * The agent of one node, put together: the loop of the controller, around what the kernel of each pod was last seen to do.
 *
 *     a pod of the node                    -> its key: read if osm-init has run anew, then judged
 *     namespaces, configurations, webhooks -> their keys, as audit-loop.ts says: judged by what was read
 *     the start                            -> the configuration's key: all are judged, after all have been read
 *     the interval                         -> all are read; those are judged whose kernel says something else
 *
 * It shares informers, queue, judgement and writing with the controller, and writes another condition than that does.
 *
 * Guarantees: constructing does no I/O. Ready means that every pod of the node has been judged, and that not every kernel
 * is closed to it. What fails is tried again: a pod's reading by its key, all of them by the next sweep.
 * RBAC: as controller/informers.ts, kube/events.ts and kube/conditions.ts say.
 */
import { LIVE_REDIRECTION } from '../core/audit/condition-text.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import { AuditLoop, type LoopSettings } from '../controller/audit-loop.ts';
import { gather } from '../controller/gatherer.ts';
import { CONFIG_KEY, namespaceOfKey } from '../controller/keys.ts';
import { UNCONTESTED } from '../controller/leadership.ts';
import { PodStatuses } from '../controller/pod-statuses.ts';
import { Reporter } from '../controller/reporter.ts';
import { LIVE } from '../controller/sweep.ts';
import { limitWrites } from '../controller/write-limit.ts';
import { createWriters } from '../controller/writers.ts';
import type { KernelReader } from '../kernel/kernel.ts';
import type { Readiness } from '../kube/controller.ts';
import { describeError } from '../kube/describe-error.ts';
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

export interface NodeAgentOptions extends LoopSettings {
  readonly metrics: LiveMetrics;
  readonly kernel: KernelReader;
  /** The name of the node. */
  readonly node: string;
  readonly sweepIntervalMs: number;
  /** A number in [0, 1); Math.random by default. */
  readonly random?: () => number;
}

const REPORTING_CONTROLLER = 'openservicemesh.io/osm-auditor-node-agent';
/** So many changes are judged together: what they have in common is told once then. */
const MANY = 10;

export class NodeAgent {
  readonly #options: NodeAgentOptions;
  readonly #loop: AuditLoop;
  readonly #readings: PodReadings;
  readonly #memory = new LiveMemory();
  readonly #counts = new ConnectionCounts();
  readonly #verdict: LiveVerdict;
  readonly #permission: PermissionWatch;
  #judgedAll = false;
  /** Ends the waits for second looks. */
  #stopping: AbortSignal = new AbortController().signal;

  constructor(options: NodeAgentOptions) {
    const { cluster, kernel, clock, logger, metrics } = options;
    this.#options = options;
    this.#permission = new PermissionWatch(logger);
    this.#readings = new PodReadings({
      kernel,
      clock,
      pod: (key) => this.#loop.informers.pods.get(key)?.pod,
      onRead: (result) => metrics.reads.inc({ result: labelOf(result) }),
    });
    this.#verdict = new LiveVerdict(this.#readings, this.#memory);
    const writers = createWriters({
      ...options,
      writes: limitWrites(cluster.calls, UNCONTESTED),
      reporter: { controller: REPORTING_CONTROLLER, instance: options.instance },
      words: LIVE_REDIRECTION,
      lookAgain: (key, afterMs) => this.#loop.queue.addAfter(key, afterMs),
    });
    const statuses = new PodStatuses(LIVE_FINDINGS);
    this.#loop = new AuditLoop({
      settings: options,
      metrics,
      shard: { kind: 'node', node: options.node },
      leadership: UNCONTESTED,
      conditionType: LIVE_REDIRECTION.type,
      verdict: (input, key) => this.#verdict.of(input, key),
      statuses,
      ...writers,
      reporter: new Reporter({ ...writers, words: LIVE_REDIRECTION }),
      // Of the configuration itself the controller tells.
      configReporter: undefined,
      work: (key) => this.#reconcile(key),
    });
    metrics.beforeScrape(() => {
      const { states } = this.#verdict;
      const readings = this.#readings.all;
      refreshLive(metrics, { statuses, states, readings, counts: this.#counts }, clock.monotonic());
    });
  }

  /** Runs until `signal` aborts and lets the work under way end. May be called once. */
  async run(signal: AbortSignal): Promise<void> {
    this.#stopping = signal;
    const { clock, logger, sweepIntervalMs: intervalMs, random = Math.random } = this.#options;
    const sweeping = this.#loop.sweep.judgedAll.then(() => {
      this.#judgedAll = true;
      const onFailure = (error: unknown): void => {
        logger.error('a sweep failed, the next one tries again', { error: describeError(error) });
      };
      const sweep = (): Promise<void> => this.#readAll();
      return sweepNowAndThen({ clock, intervalMs, random, sweep, onFailure }, signal);
    });
    await this.#loop.run(signal);
    if (this.#judgedAll) await sweeping;
  }

  /** Not ready either before every pod of the node is judged, nor while every kernel is closed. */
  readiness(): Readiness {
    const readiness = this.#loop.readiness();
    if (!readiness.ready) return readiness;
    if (!this.#judgedAll) return { ready: false, reason: 'the pods of the node are still to be judged' };
    const { closed } = this.#permission;
    if (closed !== undefined) return { ready: false, reason: `no kernel of a pod may be read (${closed})` };
    return readiness;
  }

  async #reconcile(key: string): Promise<Requeue | undefined> {
    const { pods } = this.#loop.informers;
    const ofPod = key !== CONFIG_KEY && namespaceOfKey(key) === undefined;
    const pod = ofPod ? pods.get(key)?.pod : undefined;
    if (ofPod && pod === undefined) this.#forget(key);
    const concerned = pod === undefined ? this.#meshedPods() : [pod].filter((each) => this.#isMeshed(each));
    const { failures } = await this.#read(concerned.filter((each) => this.#readings.isOwed(each)));
    const requeue = await this.#loop.reconcile(key);
    // What could not be read is tried again, later and later; what is known is told meanwhile.
    if (failures.size > 0) throw [...failures.values()][0];
    return requeue;
  }

  /** The sweep of the interval: reads every pod of the node. */
  async #readAll(): Promise<void> {
    const { clock, metrics } = this.#options;
    const { notices, queue } = this.#loop;
    const started = clock.monotonic();
    const { changed, failures } = await this.#read(this.#meshedPods());
    metrics.readSweepDuration.observe((clock.monotonic() - started) / 1000);
    for (const key of changed) notices.note(key, clock.monotonic());
    if (changed.length > MANY) this.#loop.sweepAll();
    else for (const key of changed) queue.add(key, { priority: LIVE });
    const [first] = failures;
    if (first === undefined) return;
    // A failure of the scan is one of each pod.
    this.#options.logger.warn('reading the kernel failed for some pods, trying again', {
      pods: failures.size,
      pod: first[0],
      error: describeError(first[1]),
    });
    for (const key of failures.keys()) queue.add(key, { priority: LIVE });
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
    return [...this.#loop.informers.pods.values()].map(({ pod }) => pod).filter((pod) => this.#isMeshed(pod));
  }

  #isMeshed(pod: Pod): boolean {
    return isMeshed(this.#inputOf(pod));
  }

  #inputOf(pod: Pod): ReturnType<typeof gather> {
    return gather(pod, this.#loop.around, this.#options, this.#options.clock.now());
  }

  #forget(key: string): void {
    for (const memory of [this.#readings, this.#memory, this.#counts, this.#verdict]) memory.forget(key);
  }
}

function labelOf(result: ReadResult): string {
  return result === 'tables' ? 'read' : result.replaceAll('-', '_');
}
