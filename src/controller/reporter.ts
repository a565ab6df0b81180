/**
 * Brings what people see of a pod in line with its report: Events on transitions, then the condition.
 *
 * Guarantees
 * - Nothing is written when nothing changed. After a restart the pod's own condition tells what was reported before.
 * - Events come before the condition: if the program ends in between, the condition still differs and the Events are
 *   made sure of; the other way round they would be lost.
 * - A finding is one Event as long as it lasts, and recovery is one Normal Event.
 * Limits: without conditions a restart cannot tell a recovery that happened meanwhile.
 * RBAC: as kube/events.ts and kube/conditions.ts say.
 */
import {
  CONDITION_TYPE,
  conditionText,
  eventNote,
  findingIdentity,
  RECOVERED_NOTE,
  RECOVERED_REASON,
} from '../core/audit/condition-text.ts';
import type { Finding } from '../core/audit/finding.ts';
import type { Report } from '../core/audit/report.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import type { Clock } from '../kube/clock.ts';
import {
  type Condition,
  conditionPatch,
  patchPodCondition,
  type DesiredCondition,
  type PodStatusApi,
} from '../kube/conditions.ts';
import type { EventInput, EventRecorder } from '../kube/events.ts';
import type { PodSnapshot } from './snapshot.ts';

export interface ReporterOptions {
  /** undefined switches the conditions off. */
  readonly conditions: PodStatusApi | undefined;
  /** undefined switches the Events off. */
  readonly events: Pick<EventRecorder, 'record' | 'ensure'> | undefined;
  readonly clock: Clock;
  readonly onPatch: (result: 'success' | 'error') => void;
}

/** What was last reported of one pod. */
interface Told {
  readonly uid: string;
  readonly findings: ReadonlySet<string>;
  /** Discrepant at some time since it was last Verified. */
  readonly troubled: boolean;
  readonly condition: DesiredCondition | undefined;
}

export class Reporter {
  readonly #options: ReporterOptions;
  /** By the pod's key; an entry of another uid speaks of a former pod of the name. */
  readonly #told = new Map<string, Told>();
  /** Keys whose last report ended half-way: some of its Events may be written. */
  readonly #halfTold = new Set<string>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /**
   * @returns whether anything was written
   * @throws the API's error; the pod's next reconciliation starts where this one ended
   */
  async report({ pod, condition }: PodSnapshot, report: Report): Promise<boolean> {
    const key = podKey(pod);
    const before = this.#toldOf(pod);
    const desired = this.#desired(condition?.status, report);
    const patch = desired && conditionPatch(present(condition), desired, this.#now());
    const troubledBefore = before?.troubled ?? condition?.status === 'False';
    const notable = report.findings.filter(({ severity, scope }) => severity !== 'info' && scope === 'pod');
    const recovered = report.status === 'Verified' && troubledBefore;
    const news = notable.filter((each) => before?.findings.has(findingIdentity(each)) !== true);
    // A condition that says so already was written after its Events: after a restart they need no second look.
    const toldEarlier = before === undefined && desired !== undefined && patch === undefined;
    const silent = toldEarlier || this.#options.events === undefined;
    const events = silent
      ? []
      : [...news.map((each) => warning(report, each)), ...(recovered ? [recovery(report)] : [])];

    const sure = before !== undefined && !this.#halfTold.has(key);
    this.#halfTold.add(key);
    for (const each of events) {
      await (sure ? this.#options.events?.record(each) : this.#options.events?.ensure(each));
    }
    if (patch !== undefined) await this.#write(report, patch);
    this.#halfTold.delete(key);
    this.#told.set(key, {
      uid: pod.uid,
      findings: new Set(notable.map(findingIdentity)),
      troubled: report.status === 'Discrepant' || (troubledBefore && report.status !== 'Verified'),
      condition: desired,
    });
    return events.length > 0 || patch !== undefined;
  }

  /** Whether the condition on the pod is what was last written: then its change is our own and wakes nobody. */
  wrote({ pod, condition }: PodSnapshot): boolean {
    const told = this.#toldOf(pod)?.condition;
    return told === undefined || conditionPatch(present(condition), told, this.#now()) === undefined;
  }

  /** Drops what is remembered of a pod that is gone. */
  forget(key: string): void {
    this.#told.delete(key);
    this.#halfTold.delete(key);
  }

  #toldOf(pod: Pod): Told | undefined {
    const told = this.#told.get(podKey(pod));
    return told?.uid === pod.uid ? told : undefined;
  }

  /** What the condition should say; undefined leaves the pod as it is. */
  #desired(status: string | undefined, report: Report): DesiredCondition | undefined {
    const text = this.#options.conditions === undefined ? undefined : conditionText(report);
    if (text === undefined) return undefined;
    // A pod that merely starts has nothing to say yet, unless an earlier verdict would go on being believed.
    const onlyStarting =
      report.findings.every(({ name }) => name === 'PodStarting') && report.status === 'Unknown';
    return onlyStarting && status === undefined ? undefined : { type: CONDITION_TYPE, ...text };
  }

  async #write(report: Report, patch: Parameters<typeof patchPodCondition>[2]): Promise<void> {
    const { conditions, onPatch } = this.#options;
    if (conditions === undefined) return;
    try {
      await patchPodCondition(conditions, report, patch);
      onPatch('success');
    } catch (error) {
      onPatch('error');
      throw error;
    }
  }

  #now(): Date {
    return new Date(this.#options.clock.now());
  }
}

function present(condition: Condition | undefined): readonly Condition[] {
  return condition === undefined ? [] : [condition];
}

function warning(report: Report, finding: Finding): EventInput {
  return event(report, 'Warning', finding.name, eventNote(finding));
}

function recovery(report: Report): EventInput {
  return event(report, 'Normal', RECOVERED_REASON, RECOVERED_NOTE);
}

function event(report: Report, type: EventInput['type'], reason: string, note: string): EventInput {
  const { namespace, name, uid } = report;
  return {
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    type,
    reason,
    note,
    action: 'Audit',
  };
}
