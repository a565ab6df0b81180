/**
 * The loop of the controller and of the node agent: informers wake keys, workers judge and report them.
 *
 *     pods                             -> the pod's key
 *     namespaces                       -> the namespace's key: a sweep over its pods
 *     ConfigMap, MeshConfigs, webhooks -> the configuration's key: a sweep over all pods
 *     the start                        -> the same
 *
 * Guarantees: constructing does no I/O. Pods are judged once pods are known and namespaces and configurations have either
 * been listed or been refused; a refusal leaves pods Unknown and is tried again. Ready means that the backlog is judged
 * and that changes are seen.
 */
import { setMaxListeners } from 'node:events';
import type { Cluster } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Controller, type ControllerOptions, type Readiness } from '../kube/controller.ts';
import { describeError } from '../kube/describe-error.ts';
import type { Logger } from '../kube/logger.ts';
import type { Requeue, WorkQueue } from '../kube/workqueue.ts';
import type { WorkMetrics } from '../metrics/work-metrics.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import type { GatherOptions, Surroundings } from './gatherer.ts';
import {
  allInformers,
  createInformers,
  type Informers,
  type InformerTimings,
  type ObservedInformer,
} from './informers.ts';
import { observeWork, refreshWork } from './instrumentation.ts';
import { Judge, type JudgeOptions } from './judge.ts';
import { CONFIG_KEY, namespaceKey } from './keys.ts';
import type { Leadership } from './leadership.ts';
import { Notices } from './notices.ts';
import { Reconciler, type ReconcilerOptions } from './reconciler.ts';
import { describeShard, fieldSelectorOf, owns, type Shard } from './shard.ts';
import { sight } from './sight.ts';
import { LIVE, Sweep } from './sweep.ts';
import type { Writers } from './writers.ts';

/** What is set from outside, by whoever starts the process. */
export interface LoopSettings extends GatherOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly osmNamespace: string | undefined;
  readonly writeConditions: boolean;
  readonly writeEvents: boolean;
  /** The name of this process. */
  readonly instance: string;
  /** How long changes may go unseen before it is not ready any more, in milliseconds; a minute by default. */
  readonly blindAfterMs?: number;
  readonly informers?: InformerTimings;
}

export interface AuditLoopOptions
  extends
    Pick<JudgeOptions, 'verdict' | 'statuses'>,
    Pick<ReconcilerOptions, 'reporter' | 'configReporter'>,
    Writers {
  readonly settings: LoopSettings;
  readonly metrics: WorkMetrics & ReconcilerOptions['metrics'];
  /** Which pods this process judges. */
  readonly shard: Shard;
  readonly leadership: Leadership;
  /** The condition that it owns. */
  readonly conditionType: string;
  /** What wakes by itself, and that no verdict depends on. */
  readonly otherInformers?: readonly (ObservedInformer &
    NonNullable<ControllerOptions['otherInformers']>[number])[];
  /** What a worker does with a key; `reconcile` of the loop by default. */
  readonly work?: (key: string) => Promise<Requeue | undefined>;
}

/** Kubernetes waits longer than this before it kills; see the manifests. */
const DRAIN_MS = 5000;
/** Longer than an API server takes to start again. */
const BLIND_AFTER_MS = 60_000;
/** Most of the time a worker waits for an answer: the next one can go out meanwhile. */
const WORKERS = 16;
/** Of the signal that ends the run: Node takes more than ten for a leak, and each informer adds one, now and then a few. */
const MOST_LISTENERS = 50;

export class AuditLoop {
  readonly informers: Informers;
  readonly around: Surroundings;
  readonly sweep: Sweep;
  readonly notices = new Notices();
  readonly #options: AuditLoopOptions;
  readonly #reconciler: Reconciler;
  readonly #controller: Controller;
  #changes = 0;
  #begun = false;

  constructor(options: AuditLoopOptions) {
    const { settings, metrics, shard, leadership, conditions, otherInformers = [] } = options;
    const { cluster, clock, logger } = settings;
    this.#options = options;
    this.informers = createInformers({
      api: cluster,
      clock,
      logger,
      ...settings.informers,
      podFieldSelector: fieldSelectorOf(shard),
      ownsPod: shard.kind === 'hash' ? (key) => owns(shard, key) : undefined,
      conditionType: options.conditionType,
      // What the leader writes is no news for those that follow.
      recognises: (after, before) =>
        !leadership.leading || (conditions?.recognises(after, before.condition) ?? true),
    });
    const { pods, namespaces, configs, webhooks } = this.informers;
    this.around = new ClusterSurroundings(this.informers, settings.osmNamespace);
    const { around, notices } = this;
    const { verdict, statuses, events, reporter, configReporter, work } = options;
    const judge = new Judge({ pods, around, verdict, gathering: settings, statuses, metrics, clock });
    const shared = { around, judge, reporter, leadership, metrics, notices, logger };
    this.sweep = new Sweep({
      ...shared,
      pods,
      events,
      queue: {
        add: (key, how) => this.queue.add(key, how),
        addAfter: (key, ms) => this.queue.addAfter(key, ms),
        isRunning: (key) => this.queue.isRunning(key),
      },
      part: shard.kind === 'all' ? undefined : describeShard(shard),
    });
    this.#reconciler = new Reconciler({ ...shared, sweep: this.sweep, configReporter, clock });
    this.#controller = new Controller({
      informers: [pods],
      optionalInformers: [namespaces, ...Object.values(configs), webhooks],
      otherInformers,
      reconcile: (key) => {
        this.#begun = true;
        return work === undefined ? this.reconcile(key) : work(key);
      },
      clock,
      logger,
      queue: { observer: observeWork(metrics), concurrency: WORKERS },
      drainMs: DRAIN_MS,
    });
    metrics.beforeScrape(() => {
      refreshWork(metrics, [...allInformers(this.informers), ...otherInformers], this.queue);
    });
    this.#wire();
  }

  get queue(): WorkQueue {
    return this.#controller.queue;
  }

  /** Of what is known of the cluster, so far: the same number means the same knowledge. */
  get changes(): number {
    return this.#changes;
  }

  /** Runs until `signal` aborts and lets the work under way end. May be called once. */
  async run(signal: AbortSignal): Promise<void> {
    setMaxListeners(MOST_LISTENERS, signal);
    this.sweepAll();
    await this.#controller.run(signal);
  }

  /**
   * Not ready before the backlog is judged, nor while the server refuses to show pods or has not been heard of for long:
   * then what the metrics and conditions say may be true no more.
   */
  readiness(): Readiness {
    const { clock, blindAfterMs = BLIND_AFTER_MS } = this.#options.settings;
    const { refusal } = this.informers.pods;
    if (refusal !== undefined)
      return { ready: false, reason: `pods may not be watched (${describeError(refusal)})` };
    const readiness = this.#controller.readiness();
    return readiness.ready ? sight(this.informers, clock.now() - blindAfterMs) : readiness;
  }

  /** @throws the API's error; the next try starts where this one ended */
  reconcile(key: string): Promise<Requeue | undefined> {
    return this.#reconciler.reconcile(key);
  }

  /** Says that something of the key has changed. What comes before work has begun is seen then, and nobody waits for it. */
  wake(key: string): void {
    this.#changes += 1;
    if (!this.#begun) return;
    this.notices.note(key, this.#options.settings.clock.monotonic());
    if (key === CONFIG_KEY) this.sweepAll();
    else this.queue.add(key, { priority: LIVE });
  }

  sweepAll(): void {
    this.sweep.expect();
    this.queue.add(CONFIG_KEY, { priority: LIVE });
  }

  /** For what verdicts do not depend on, so that it is no change whose report anybody waits for. */
  sweepAllAgain(): void {
    if (this.#begun) this.sweepAll();
  }

  #wire(): void {
    const { pods, namespaces, configs, webhooks } = this.informers;
    pods.onChange((key) => this.wake(key));
    namespaces.onChange((name) => this.wake(namespaceKey(name)));
    for (const informer of [...Object.values(configs), webhooks]) {
      informer.onChange(() => this.wake(CONFIG_KEY));
      informer.onRefusal(() => this.wake(CONFIG_KEY));
    }
    // A list that is refused, or allowed again, changes what can be known of every pod.
    namespaces.onRefusal(() => this.wake(CONFIG_KEY));
  }
}
