/**
 * Keeps the policy reports of pods saying what they should: create, patch or nothing.
 *
 * Guarantees
 * - A report that says so already is not written, after a start neither, nor while the last write has not come back through
 *   the watch. Times do not make it another one: a result that goes on keeps the time when it was found.
 * - A pod has one report, in the group that it was created in; new ones go to the preferred group that the cluster has.
 *   Nothing is created while it is not known what is there.
 * - A pod that the mesh does not concern, or of which there is nothing to say yet, gets none; one that left the mesh has its
 *   report say so. The server removes a report with its pod: this program never does.
 * - A report that somebody has deleted is created again.
 * Limits: those of policy-report-snapshot.ts.
 * RBAC: create and patch on policyreports of wgpolicyk8s.io and reports of openreports.io.
 */
import { policyReportName } from '../core/audit/policy-report.ts';
import type { PolicyReportApi } from '../core/audit/policy-report-object.ts';
import type { Report } from '../core/audit/report.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import type { Clock } from '../kube/clock.ts';
import type { CustomObjectsApi } from '../kube/custom-objects.ts';
import { asApiError, classify, isNamespaceTerminating } from '../kube/errors.ts';
import { saysNothing } from './condition-writer.ts';
import type { PolicyReportGroup } from './policy-report-groups.ts';
import type { StoredPolicyReport } from './policy-report-snapshot.ts';
import { policyReportWrites, type PolicyReportWrite } from './policy-report-write.ts';

/** A group as the writer sees it. */
export interface ReportGroup extends Pick<PolicyReportGroup, 'api' | 'presence'> {
  readonly reports: Pick<PolicyReportGroup['reports'], 'get' | 'synced' | 'refusal'>;
}

export interface PolicyReportWriterOptions {
  /** The preferred one first. */
  readonly groups: readonly ReportGroup[];
  readonly api: CustomObjectsApi;
  readonly clock: Clock;
  readonly onWrite: (result: 'success' | 'error') => void;
  /** Asks for another look at the pod of the key after so many milliseconds: there was no place to write to. */
  readonly lookAgain: (key: string, afterMs: number) => void;
}

/** What was last written and has not come back through the watch. */
interface Written {
  readonly said: StoredPolicyReport;
  readonly at: number;
}

/** A watch that works brings a write back within moments. */
const ECHO_WITHIN_MS = 10_000;
/** Longer than a resource that has gone is doubted. */
const LOOK_AGAIN_MS = 10_000;

export class PolicyReportWriter {
  readonly #options: PolicyReportWriterOptions;
  /** By group and the report's key. */
  readonly #written = new Map<string, Written>();
  /** The key of the pod, by its report's. */
  readonly #pods = new Map<string, string>();
  /** The other way round. */
  readonly #reports = new Map<string, string>();

  constructor(options: PolicyReportWriterOptions) {
    this.#options = options;
  }

  /** The writes that the report asks for, one in most cases; none when there is nothing to write. */
  plan(pod: Pod, report: Report): readonly PolicyReportWrite[] {
    // Whatever is said of one that goes, its report goes with it.
    if (pod.terminating || pod.uid === '') return [];
    const { groups, clock } = this.#options;
    const now = clock.now();
    const key = `${pod.namespace}/${policyReportName(pod)}`;
    const there = groups.filter(isReadable).flatMap((group) => {
      const said = this.#present(group, key);
      return said === undefined ? [] : [{ group, said }];
    });
    if (there.length === 0 && (report.status === 'NotApplicable' || saysNothing(report))) return [];
    this.#remember(podKey(pod), key);
    if (there.length > 0)
      return there.flatMap(({ group, said }) => policyReportWrites('patch', group.api, report, said, now));
    if (groups.some(isUnknown)) return [];
    const [first] = groups.filter(isReadable);
    return first === undefined ? [] : policyReportWrites('create', first.api, report, undefined, now);
  }

  /** @throws the API's error */
  async write({ verb, api, namespace, name, body, said }: PolicyReportWrite): Promise<void> {
    const { api: calls, clock, onWrite, lookAgain } = this.#options;
    const key = `${namespace}/${name}`;
    const id = idOf(api, key);
    const object = { group: api.group, version: api.version, plural: api.plural, namespace };
    const patch = (): Promise<unknown> => calls.patchNamespacedCustomObject({ ...object, name, body });
    // Before the call: the echo may be faster than the answer.
    this.#written.set(id, { said, at: clock.monotonic() });
    try {
      if (verb === 'patch') await patch();
      else await calls.createNamespacedCustomObject({ ...object, body }).catch(unlessThere(patch));
      onWrite('success');
    } catch (error) {
      this.#written.delete(id);
      if (isNamespaceTerminating(error)) return; // and the pod with it
      if (!isNoPlace(error)) {
        onWrite('error');
        throw error;
      }
      // The report or its definition has gone, which the watch will tell, or the server has not read its definitions yet.
      const pod = this.#pods.get(key);
      if (pod !== undefined) lookAgain(pod, LOOK_AGAIN_MS);
    }
  }

  /**
   * A report has changed in the cluster. Takes note of the echo of a write.
   *
   * @returns the key of the pod to look at again; undefined where nothing has to be done about it
   */
  changed({ api, reports }: ReportGroup, key: string): string | undefined {
    const id = idOf(api, key);
    const stored = reports.get(key);
    const written = this.#written.get(id);
    const echo = stored !== undefined && stored.digest === written?.said.digest;
    // What is gone is gone, whatever was written to it.
    if (echo || stored === undefined) this.#written.delete(id);
    return echo ? undefined : this.#pods.get(key);
  }

  /** Drops what is remembered of a pod that is gone. */
  forget(pod: string): void {
    const report = this.#reports.get(pod);
    this.#reports.delete(pod);
    if (report === undefined) return;
    this.#pods.delete(report);
    for (const { api } of this.#options.groups) this.#written.delete(idOf(api, report));
  }

  /** Drops what was written: another replica may have written other things meanwhile. */
  reset(): void {
    this.#written.clear();
  }

  #remember(pod: string, report: string): void {
    const before = this.#reports.get(pod);
    if (before === report) return;
    if (before !== undefined) this.#pods.delete(before);
    this.#reports.set(pod, report);
    this.#pods.set(report, pod);
  }

  /** The report as the server has it, or as it is on its way back. */
  #present({ api, reports }: ReportGroup, key: string): StoredPolicyReport | undefined {
    const written = this.#written.get(idOf(api, key));
    if (written !== undefined && this.#options.clock.monotonic() - written.at < ECHO_WITHIN_MS)
      return written.said;
    return reports.get(key);
  }
}

/** One that is refused is no place to write to, and no reason to do without the other. */
function isReadable({ reports, presence }: ReportGroup): boolean {
  return presence() === 'present' && reports.synced && reports.refusal === undefined;
}

function isUnknown({ reports, presence }: ReportGroup): boolean {
  return reports.refusal === undefined && (presence() === 'unknown' || !reports.synced);
}

/** Not found, or a definition that is being deleted, whose objects may not be created any more. */
function isNoPlace(error: unknown): boolean {
  return classify(error) === 'notFound' || asApiError(error)?.code === 405;
}

function idOf({ group }: PolicyReportApi, key: string): string {
  return `${group} ${key}`;
}

/** Another hand, or a write before this one whose answer was lost, was faster. */
function unlessThere(patch: () => Promise<unknown>): (error: unknown) => Promise<unknown> {
  return async (error) => {
    if (classify(error) !== 'conflict') throw error;
    return patch();
  };
}
