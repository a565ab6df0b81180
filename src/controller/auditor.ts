/**
 * The controller of this product, put together: what wakes whom, and what is counted.
 *
 *     pods        -> the pod's key
 *     namespaces  -> the keys of the namespace's pods
 *     ConfigMap, MeshConfigs, webhooks -> the configuration's key, and every pod's at low priority
 *
 * Guarantees: constructing does no I/O. Pods are judged once pods are known and namespaces and configurations have either
 * been listed or been refused; a refusal leaves pods Unknown and is tried again.
 */
import { setMaxListeners } from 'node:events';
import { CoreV1Api, EventsV1Api } from '@kubernetes/client-node';
import type { Fork } from '../core/osm/dialect.ts';
import { podKey } from '../core/osm/pod.ts';
import type { Cluster } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { describeError } from '../kube/describe-error.ts';
import { Controller, type Readiness } from '../kube/controller.ts';
import { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../kube/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import { ConditionWriter } from './condition-writer.ts';
import { ConfigReporter } from './config-reporter.ts';
import { createInformers, type Informers } from './informers.ts';
import { observeWork, refreshMetrics } from './instrumentation.ts';
import { Notices } from './notices.ts';
import { CONFIG_KEY, Reconciler } from './reconciler.ts';
import { Reporter } from './reporter.ts';
import { PodStatuses } from './pod-statuses.ts';
import { limitWrites } from './write-limit.ts';

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
  /** The name of this replica. */
  readonly instance: string;
}

const REPORTING_CONTROLLER = 'openservicemesh.io/osm-auditor';
/** A live change goes before a sweep over all pods. */
const LIVE = 1;
const SWEEP = 0;
/** Kubernetes waits longer than this before it kills; see the Deployment. */
const DRAIN_MS = 5000;
/** Of the signal that ends the run. */
const MOST_LISTENERS = 50;

export class Auditor {
  readonly #informers: Informers;
  readonly #controller: Controller;
  readonly #notices = new Notices();
  readonly #clock: Clock;

  constructor(options: AuditorOptions) {
    const { cluster, clock, logger, metrics, osmNamespace, graceMs, settleMs, fork } = options;
    this.#clock = clock;
    const writes = limitWrites(cluster.api(CoreV1Api), cluster.api(EventsV1Api));
    const events = options.writeEvents
      ? new EventRecorder({
          api: writes.events,
          reporter: { controller: REPORTING_CONTROLLER, instance: options.instance },
          clock,
          observer: {
            written: (type) => metrics.eventsTotal.inc({ type }),
            dropped: (type, reason) => metrics.eventsDropped.inc({ type, reason }),
          },
        })
      : undefined;
    const conditions = options.writeConditions
      ? new ConditionWriter({
          api: writes.conditions,
          clock,
          onPatch: (result) => metrics.conditionPatches.inc({ result }),
        })
      : undefined;
    const reporter = new Reporter({ conditions, events });
    this.#informers = createInformers({
      api: cluster,
      clock,
      logger,
      recognises: (after, before) => conditions?.recognises(after, before.condition) ?? true,
    });
    const { pods, namespaces, configs, webhooks } = this.#informers;
    const around = new ClusterSurroundings(this.#informers, osmNamespace);
    const statuses = new PodStatuses();
    const reconciler = new Reconciler({
      pods,
      around,
      gathering: { graceMs, settleMs, fork },
      reporter,
      configReporter: new ConfigReporter(events, logger),
      statuses,
      metrics,
      clock,
      notices: this.#notices,
      logger,
    });
    this.#controller = new Controller({
      informers: [pods],
      optionalInformers: [namespaces, ...Object.values(configs), webhooks],
      reconcile: (key) => reconciler.reconcile(key),
      clock,
      logger,
      queue: { observer: observeWork(metrics) },
      drainMs: DRAIN_MS,
    });
    metrics.beforeScrape(() => refreshMetrics(metrics, this.#informers, statuses, this.#controller.queue));
    this.#wire();
  }

  /** Runs until `signal` aborts, then lets the work under way end. */
  async run(signal: AbortSignal): Promise<void> {
    // Node takes more than ten for a leak. Each informer adds one as long as it runs, and a few for a while.
    setMaxListeners(MOST_LISTENERS, signal);
    this.#controller.queue.add(CONFIG_KEY, { priority: LIVE });
    await this.#controller.run(signal);
  }

  /** Not ready before the backlog is judged, nor while the server refuses to show pods. */
  readiness(): Readiness {
    const { refusal } = this.#informers.pods;
    if (refusal === undefined) return this.#controller.readiness();
    return { ready: false, reason: `pods may not be watched (${describeError(refusal)})` };
  }

  #wire(): void {
    const { pods, namespaces, configs, webhooks } = this.#informers;
    pods.onChange((key) => {
      // What was there before the controller is a backlog, not a change that somebody waits to hear of.
      if (pods.synced) this.#notice(key);
      this.#controller.queue.add(key, { priority: pods.synced ? LIVE : SWEEP });
    });
    namespaces.onChange((name) => this.#sweep(({ namespace }) => namespace === name));
    for (const informer of [...Object.values(configs), webhooks]) {
      informer.onChange(() => this.#configChanged());
      informer.onRefusal(() => this.#configChanged());
    }
    // A list that is refused, or allowed again, changes what can be known of every pod.
    namespaces.onRefusal(() => this.#sweep(() => true));
  }

  #configChanged(): void {
    this.#controller.queue.add(CONFIG_KEY, { priority: LIVE });
    this.#sweep(() => true);
  }

  #sweep(concerned: (pod: { readonly namespace: string }) => boolean): void {
    // Before the first list is complete every pod is in line anyway.
    if (!this.#informers.pods.synced) return;
    for (const { pod } of this.#informers.pods.values()) {
      if (!concerned(pod)) continue;
      const key = podKey(pod);
      if (this.#controller.readiness().ready) this.#notice(key);
      this.#controller.queue.add(key, { priority: SWEEP });
    }
  }

  #notice(key: string): void {
    this.#notices.note(key, this.#clock.now());
  }
}
