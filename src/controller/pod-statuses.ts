/**
 * What every pod was last judged to be, kept for the metrics: how many pods have which status and which finding, now.
 *
 * Guarantees: a forgotten pod leaves no number behind; a namespace has numbers as long as it has pods.
 */
import { catalogueEntry, FINDING_NAMES, type FindingName } from '../core/audit/catalogue.ts';
import type { Severity } from '../core/audit/catalogue/entry.ts';
import { STATUSES, type Report, type Status } from '../core/audit/report.ts';

interface Judged {
  readonly namespace: string;
  readonly status: Status;
  readonly findings: readonly FindingName[];
}

export interface PodCount {
  readonly namespace: string;
  readonly status: Status;
  readonly pods: number;
}

export interface FindingCount {
  readonly namespace: string;
  readonly code: string;
  readonly severity: Severity;
  readonly pods: number;
}

/** Of most pods, so one list serves them all. */
const NONE: readonly FindingName[] = [];

export class PodStatuses {
  readonly #byKey = new Map<string, Judged>();
  readonly #counted: readonly FindingName[];

  /** @param counted the findings that have numbers; all by default */
  constructor(counted: readonly FindingName[] = FINDING_NAMES) {
    this.#counted = counted;
  }

  /** @returns whether the status or the findings are other than before; a first verdict of nothing wrong is no news */
  set(key: string, { namespace, status, findings }: Report): boolean {
    const before = this.#byKey.get(key);
    const names = findings.length === 0 ? NONE : findings.map(({ name }) => name);
    this.#byKey.set(key, { namespace, status, findings: names });
    if (before === undefined) return status === 'Discrepant' || status === 'Unknown';
    return before.status !== status || before.findings.join() !== names.join();
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }

  /** Every status of every namespace that has pods, zeros included. */
  podCounts(): readonly PodCount[] {
    return [...this.#namespaces()].flatMap(([namespace, statuses]) =>
      STATUSES.map((status) => {
        return { namespace, status, pods: statuses.filter((verdict) => verdict.status === status).length };
      }),
    );
  }

  /** Every code for every namespace that has pods of the mesh, zeros included. */
  findingCounts(): readonly FindingCount[] {
    return [...this.#namespaces()].flatMap(([namespace, statuses]) => {
      const meshed = statuses.filter(({ status }) => status !== 'NotApplicable');
      if (meshed.length === 0) return [];
      const counts = new Map<FindingName, number>();
      for (const { findings } of meshed) {
        for (const name of new Set(findings)) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return this.#counted.map((name) => {
        const { code, severity } = catalogueEntry(name);
        return { namespace, code, severity, pods: counts.get(name) ?? 0 };
      });
    });
  }

  #namespaces(): ReadonlyMap<string, readonly Judged[]> {
    const groups = new Map<string, Judged[]>();
    for (const verdict of this.#byKey.values()) {
      const group = groups.get(verdict.namespace);
      if (group === undefined) groups.set(verdict.namespace, [verdict]);
      else group.push(verdict);
    }
    return groups;
  }
}
