/**
 * Judges the pod of a key by what is known at this moment, and keeps the verdict for the metrics. Synchronous, without
 * I/O: thousands of pods are judged within a fraction of a second.
 */
import { performance } from 'node:perf_hooks';
import type { AuditInput } from '../core/audit/judgement.ts';
import type { Report } from '../core/audit/report.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import type { WorkMetrics } from '../metrics/work-metrics.ts';
import { gather, type GatherOptions, type Surroundings } from './gatherer.ts';
import type { PodStatuses } from './pod-statuses.ts';
import type { PodSnapshot } from './snapshot.ts';

export interface JudgeOptions {
  readonly pods: Pick<Informer<PodSnapshot>, 'get'>;
  readonly around: Surroundings;
  /** Pure: `audit`, or what looks at the pod otherwise. The key is the one that the pod is kept by. */
  readonly verdict: (input: AuditInput, key: string) => Report;
  readonly gathering: GatherOptions;
  readonly statuses: PodStatuses;
  readonly metrics: Pick<WorkMetrics, 'auditDuration'>;
  readonly clock: Clock;
}

export interface Judged {
  /** The very string that the pod is kept by. */
  readonly key: string;
  readonly snapshot: PodSnapshot;
  readonly report: Report;
  /** The status or the findings are other than they were; a first verdict of nothing wrong is no change. */
  readonly changed: boolean;
  /** Time alone may change the verdict after so many milliseconds; undefined if it cannot. */
  readonly recheckAfterMs: number | undefined;
}

export class Judge {
  readonly #options: JudgeOptions;

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** @returns undefined when there is no such pod any more */
  judge(key: string): Judged | undefined {
    const { pods, around, verdict, gathering, statuses, metrics, clock } = this.#options;
    const kept = pods.get(key);
    if (kept === undefined) {
      statuses.forget(key);
      return undefined;
    }
    // Read once: what is kept of thousands of pods is packed.
    const snapshot = { pod: kept.pod, condition: kept.condition };
    const started = performance.now();
    const report = verdict(gather(snapshot.pod, around, gathering, clock.now()), key);
    metrics.auditDuration.observe((performance.now() - started) / 1000);
    const { recheckAt } = report;
    return {
      key,
      snapshot,
      report,
      changed: statuses.set(key, report),
      // One millisecond late, so that the period has ended when it is looked at.
      recheckAfterMs: recheckAt === undefined ? undefined : recheckAt - clock.now() + 1,
    };
  }
}
