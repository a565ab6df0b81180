/**
 * The verdict on what the kernel of a pod does, by the last reading of it; and in which state each pod's reading is.
 *
 * Guarantees: without a reading since osm-init ended nothing is said but that.
 */
import type { FindingName } from '../core/audit/catalogue.ts';
import { finding } from '../core/audit/finding.ts';
import { surroundingsFor, type AuditInput } from '../core/audit/judgement.ts';
import { liveReport } from '../core/audit/live-report.ts';
import type { Report } from '../core/audit/report.ts';
import { membership } from '../core/osm/membership.ts';
import type { LiveMemory } from './live-memory.ts';
import { liveReadingOf } from './nat-reading.ts';
import type { PodReading, PodReadings } from './pod-readings.ts';

export const READING_STATES = ['read', 'unreadable', 'node_network', 'waiting', 'not_applicable'] as const;

export type ReadingState = (typeof READING_STATES)[number];

/** With these, or none, the rules do what the script of osm-init installs. */
const AS_INSTALLED: ReadonlySet<FindingName> = new Set<FindingName>(['LiveFollowsScript', 'LiveRulesExtra']);

/** Whether a mesh has made of the pod what it is: only then there are rules to look for. */
export function isMeshed(input: AuditInput): boolean {
  return membership(input.pod, surroundingsFor(input)).kind === 'injected';
}

export class LiveVerdict {
  readonly #readings: Pick<PodReadings, 'of'>;
  readonly #memory: LiveMemory;
  readonly #states = new Map<string, ReadingState>();

  constructor(readings: Pick<PodReadings, 'of'>, memory: LiveMemory) {
    this.#readings = readings;
    this.#memory = memory;
  }

  /** @param key the one that the pod is kept by */
  of(input: AuditInput, key: string): Report {
    const reading = this.#readings.of(input.pod);
    const report = this.#judge(input, key, reading);
    this.#states.set(key, stateOf(report, reading));
    return report;
  }

  forget(key: string): void {
    this.#states.delete(key);
  }

  get states(): Iterable<ReadingState> {
    return this.#states.values();
  }

  #judge(input: AuditInput, key: string, reading: PodReading | undefined): Report {
    if (reading === undefined) return waiting(liveReport(input));
    const { run, nat } = reading;
    if (nat.kind !== 'tables') return liveReport({ ...input, live: liveReadingOf(nat, undefined) });
    const sight = { run, network: nat.network };
    const report = liveReport({ ...input, live: liveReadingOf(nat, this.#memory.earlier(key, sight)) });
    this.#memory.saw(
      key,
      sight,
      report.findings.every(({ name }) => AS_INSTALLED.has(name)),
    );
    return report;
  }
}

function stateOf({ status }: Report, reading: PodReading | undefined): ReadingState {
  if (status === 'NotApplicable') return 'not_applicable';
  switch (reading?.nat.kind) {
    case undefined:
      return 'waiting';
    case 'tables':
      return 'read';
    case 'node-network':
      return 'node_network';
    case 'unreadable':
      return 'unreadable';
  }
}

const NOT_READ = finding('PodStarting', 'The kernel has not been read since osm-init ran.');

/** Nothing found is no verdict where nobody has looked. */
function waiting(report: Report): Report {
  if (report.status !== 'Verified') return report;
  return { ...report, status: 'Unknown', findings: [NOT_READ], undecided: 'any' };
}
