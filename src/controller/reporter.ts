/**
 * Brings what people see of a pod in line with its report: Events on transitions, then the condition.
 *
 * Guarantees
 * - Nothing is written when nothing changed. After a restart the pod's own condition tells what was reported before. It
 *   does not speak of findings that leave the status as it is: their Events are made sure of then.
 * - Events come before the condition: if the program ends in between, the condition still differs and the Events are
 *   made sure of; the other way round they would be lost. Events that the server refuses are tried again and again, but
 *   do not keep the condition back.
 * - A finding is one Event as long as it lasts, and recovery is one Normal Event.
 * Limits: without conditions a restart cannot tell a recovery that happened meanwhile; with them it cannot if the pod was
 * Unknown in between.
 * RBAC: as kube/events.ts and kube/conditions.ts say.
 */
import {
  eventNote,
  findingIdentity,
  RECOVERED_NOTE,
  RECOVERED_REASON,
} from '../core/audit/condition-text.ts';
import type { Finding } from '../core/audit/finding.ts';
import type { Report } from '../core/audit/report.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import { isRefusal } from '../kube/errors.ts';
import type { EventInput, EventRecorder } from '../kube/events.ts';
import type { ConditionWriter } from './condition-writer.ts';
import type { PodSnapshot } from './snapshot.ts';

export interface ReporterOptions {
  /** undefined switches the conditions off. */
  readonly conditions: ConditionWriter | undefined;
  /** undefined switches the Events off. */
  readonly events: Pick<EventRecorder, 'record' | 'ensure'> | undefined;
}

/** What was last told of one pod. */
interface Told {
  readonly uid: string;
  readonly findings: ReadonlySet<string>;
  /** Discrepant at some time since it was last Verified. */
  readonly troubled: boolean;
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
  async report(snapshot: PodSnapshot, report: Report): Promise<boolean> {
    const { conditions, events } = this.#options;
    const { pod } = snapshot;
    const key = podKey(pod);
    const before = this.#toldOf(pod);
    const patch = conditions?.plan(snapshot, report);
    const present = conditions === undefined ? snapshot.condition : conditions.present(snapshot);
    // A condition that says so already was written after its Events: after a restart they need no second look, but for
    // those of which it does not speak.
    const halfTold = this.#halfTold.has(key);
    const saysSo = conditions !== undefined && present !== undefined && patch === undefined;
    const toldEarlier = before === undefined && saysSo && !halfTold;
    const troubled = before?.troubled ?? present?.status === 'False';
    const notable = report.findings.filter(({ severity, scope }) => severity !== 'info' && scope === 'pod');
    const untold = toldEarlier ? notable.filter(({ effect }) => effect === 'None') : notable;
    const news = newsOf(report, untold, before, troubled);

    this.#halfTold.add(key);
    const refusal = await this.#tell(news, before !== undefined && !halfTold);
    if (patch !== undefined) await conditions?.write(pod, patch);
    if (refusal !== undefined) throw refusal;
    this.#halfTold.delete(key);
    this.#told.set(key, {
      uid: pod.uid,
      // What is not known to have ended goes on: told once is enough.
      findings: new Set([
        ...notable.map(findingIdentity),
        ...(report.status === 'Unknown' ? (before?.findings ?? []) : []),
      ]),
      troubled: report.status === 'Discrepant' || (troubled && report.status !== 'Verified'),
    });
    return patch !== undefined || (events !== undefined && news.length > 0);
  }

  /** Drops what is remembered of a pod that is gone. */
  forget(key: string): void {
    this.#told.delete(key);
    this.#halfTold.delete(key);
    this.#options.conditions?.forget(key);
  }

  /**
   * Writes Events one after the other. A refusal is no reason to keep the condition back, so it is returned.
   *
   * @param sure whether none of them can have been written before
   */
  async #tell(news: readonly EventInput[], sure: boolean): Promise<Error | undefined> {
    const { events } = this.#options;
    if (events === undefined) return undefined;
    try {
      for (const each of news) await (sure ? events.record(each) : events.ensure(each));
      return undefined;
    } catch (error) {
      if (error instanceof Error && isRefusal(error)) return error;
      throw error;
    }
  }

  #toldOf(pod: Pod): Told | undefined {
    const told = this.#told.get(podKey(pod));
    return told?.uid === pod.uid ? told : undefined;
  }
}

/** Warnings for findings that were not there before, and the recovery of a pod that was in trouble. */
function newsOf(
  report: Report,
  notable: readonly Finding[],
  before: Told | undefined,
  troubled: boolean,
): readonly EventInput[] {
  const fresh = notable.filter((each) => before?.findings.has(findingIdentity(each)) !== true);
  const recovered = report.status === 'Verified' && troubled;
  return [...fresh.map((each) => warning(report, each)), ...(recovered ? [recovery(report)] : [])];
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
