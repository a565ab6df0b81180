/**
 * Brings what people see of a pod in line with its report: Events on transitions, then the condition, then policy reports.
 *
 * Guarantees
 * - Nothing is written when nothing changed. After a restart the pod's own condition tells what was reported before. It
 *   does not speak of findings that leave the status as it is: their Events are made sure of then.
 * - Events come before the condition: if the program ends in between, the condition still differs and the Events are
 *   made sure of; the other way round they would be lost. Events that the server refuses are tried again and again, but
 *   do not keep the condition back. A policy report that cannot be written is tried again by itself.
 * - A finding is one Event as long as it lasts, and recovery is one Normal Event. What a rolled-up Event has told of a
 *   pod, the pod gets no Event for.
 * Limits: without conditions a restart cannot tell a recovery that happened meanwhile; with them it cannot if the pod was
 * Unknown in between.
 * RBAC: as kube/events.ts and kube/conditions.ts say.
 */
import { catalogueEntry } from '../core/audit/catalogue.ts';
import { codeOf, findingIdentity, REDIRECTION, type ConditionWords } from '../core/audit/condition-text.ts';
import type { Report } from '../core/audit/report.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import type { PodConditionPatch } from '../kube/conditions.ts';
import { isRefusal } from '../kube/errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { ConditionWriter } from './condition-writer.ts';
import type { Judged } from './judge.ts';
import { newsOf, notable, type News } from './news.ts';
import type { PolicyReportWrite } from './policy-report-write.ts';
import type { PolicyReportWriter } from './policy-report-writer.ts';

export interface ReporterOptions {
  /** undefined switches the conditions off. */
  readonly conditions: ConditionWriter | undefined;
  /** undefined switches the Events off. */
  readonly events: Pick<EventRecorder, 'record' | 'ensure'> | undefined;
  /** Of the Event on recovery; the controller's by default. */
  readonly words?: ConditionWords;
  /** undefined for no policy reports. */
  readonly policyReports?: Pick<PolicyReportWriter, 'plan' | 'write' | 'forget' | 'reset'> | undefined;
}

/** What a report asks to be written. */
export interface Plan {
  readonly key: string;
  readonly pod: Pod;
  /** Empty when Events are switched off. */
  readonly news: readonly News[];
  readonly patch: PodConditionPatch | undefined;
  readonly policyReports: readonly PolicyReportWrite[];
  /** Whether none of the news can have been told before. */
  readonly sure: boolean;
  /** What is remembered once all of it is written. */
  readonly told: Told;
}

/** Whether there is nothing to write. */
export function isNothing({ news, patch, policyReports }: Plan): boolean {
  return news.length === 0 && patch === undefined && policyReports.length === 0;
}

/** What was last told of one pod. */
interface Told {
  readonly uid: string;
  readonly findings: ReadonlySet<string>;
  /** Discrepant at some time since it was last Verified. */
  readonly troubled: boolean;
}

/** What a rolled-up Event has told of a pod whose own report is still to be written. */
interface RolledUp {
  readonly uid: string;
  readonly identities: ReadonlySet<string>;
}

/** Most pods have none, so one set serves them all. */
const NO_FINDINGS: ReadonlySet<string> = new Set();

export class Reporter {
  readonly #options: ReporterOptions;
  /** By the pod's key; an entry of another uid speaks of a former pod of the name. */
  readonly #told = new Map<string, Told>();
  readonly #rolledUp = new Map<string, RolledUp>();
  /** Keys whose last report ended half-way: some of its Events may be written. */
  readonly #halfTold = new Set<string>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** What the report asks for, without writing anything. */
  plan({ key, snapshot, report }: Pick<Judged, 'key' | 'snapshot' | 'report'>): Plan {
    const { conditions, events, policyReports, words = REDIRECTION } = this.#options;
    const { pod } = snapshot;
    const before = ofPod(this.#told.get(key), pod);
    const rolledUp = ofPod(this.#rolledUp.get(key), pod);
    const halfTold = this.#halfTold.has(key);
    const patch = conditions?.plan(snapshot, report);
    const present = conditions === undefined ? snapshot.condition : conditions.present(snapshot);
    // A condition that says so already was written after its Events: after a restart they need no second look, but for
    // those of which it does not speak.
    const saysSo = conditions !== undefined && present !== undefined && patch === undefined;
    const toldEarlier = before === undefined && saysSo && !halfTold;
    const troubled = before?.troubled ?? present?.status === 'False';
    const tellable = notable(report);
    const untold = toldEarlier ? tellable.filter(({ effect }) => effect === 'None') : tellable;
    const known = (identity: string): boolean =>
      before?.findings.has(identity) === true || rolledUp?.identities.has(identity) === true;
    // What is not known to have ended goes on: told once is enough. A pod that is Discrepant for one reason may be unknown
    // in every other respect.
    const lasting = undecidedAmong(before?.findings ?? NO_FINDINGS, report);
    return {
      key,
      pod,
      news: events === undefined ? [] : newsOf(report, untold, known, troubled, words),
      patch,
      policyReports: policyReports?.plan(pod, report) ?? [],
      sure: before !== undefined && !halfTold,
      told: {
        uid: pod.uid,
        findings: tellable.length === 0 ? lasting : new Set([...tellable.map(findingIdentity), ...lasting]),
        troubled: report.status === 'Discrepant' || (troubled && report.status !== 'Verified'),
      },
    };
  }

  /**
   * Writes what was planned just now.
   *
   * @returns whether anything was written
   * @throws the API's error; the pod's next report starts where this one ended
   */
  async carryOut(plan: Plan): Promise<boolean> {
    const { key, pod, patch } = plan;
    if (isNothing(plan)) {
      this.remember(plan);
      return false;
    }
    this.#halfTold.add(key);
    const refusal = await this.#tell(plan);
    if (patch !== undefined) await this.#options.conditions?.write(pod, patch);
    if (refusal === undefined) this.remember(plan);
    for (const write of plan.policyReports) await this.#options.policyReports?.write(write);
    if (refusal !== undefined) throw refusal;
    return true;
  }

  /** Takes all that was planned for told. */
  remember({ key, told }: Plan): void {
    this.#halfTold.delete(key);
    this.#rolledUp.delete(key);
    this.#told.set(key, told);
  }

  /** Notes that an Event about many pods has told this of one of them. */
  rolledUp(pod: Pod, identities: readonly string[]): void {
    const key = podKey(pod);
    const before = ofPod(this.#rolledUp.get(key), pod)?.identities ?? [];
    this.#rolledUp.set(key, { uid: pod.uid, identities: new Set([...before, ...identities]) });
  }

  /** Drops what is remembered of a pod that is gone. */
  forget(key: string): void {
    this.#told.delete(key);
    this.#rolledUp.delete(key);
    this.#halfTold.delete(key);
    this.#options.conditions?.forget(key);
    this.#options.policyReports?.forget(key);
  }

  /** Drops everything: another replica may have told other things meanwhile. */
  reset(): void {
    this.#told.clear();
    this.#rolledUp.clear();
    this.#halfTold.clear();
    this.#options.conditions?.reset();
    this.#options.policyReports?.reset();
  }

  /** Writes Events one after the other. A refusal is no reason to keep the condition back, so it is returned. */
  async #tell({ news, sure }: Plan): Promise<Error | undefined> {
    const { events } = this.#options;
    try {
      for (const { event } of news) await (sure ? events?.record(event) : events?.ensure(event));
      return undefined;
    } catch (error) {
      if (error instanceof Error && isRefusal(error)) return error;
      throw error;
    }
  }
}

function undecidedAmong(identities: ReadonlySet<string>, { undecided }: Report): ReadonlySet<string> {
  if (undecided === 'any' || identities.size === 0) return identities;
  if (undecided.length === 0) return NO_FINDINGS;
  const codes = undecided.map((name) => catalogueEntry(name).code);
  return new Set([...identities].filter((identity) => codes.includes(codeOf(identity))));
}

function ofPod<T extends { readonly uid: string }>(entry: T | undefined, pod: Pod): T | undefined {
  return entry?.uid === pod.uid ? entry : undefined;
}
