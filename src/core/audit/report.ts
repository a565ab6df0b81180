/** The outcome of judging one pod: all its findings and the status that follows from them. */
import type { FindingName } from './catalogue.ts';
import type { Effect } from './catalogue/entry.ts';
import type { Finding } from './finding.ts';

export type Status = 'Verified' | 'Discrepant' | 'Unknown' | 'NotApplicable';

export const STATUSES: readonly Status[] = ['Verified', 'Discrepant', 'Unknown', 'NotApplicable'];

export interface Report {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly status: Status;
  /** The rule template that the pod was recognised by. */
  readonly dialect: string | undefined;
  /** The configuration that it was judged by: `ConfigMap/osm-system/osm-config`; undefined when there was none to judge by. */
  readonly configSource: string | undefined;
  /** What decides the status first, and of that the worst. */
  readonly findings: readonly Finding[];
  /** Of these it could not be told whether the pod has them: that one is missing does not mean that it has ended. */
  readonly undecided: readonly FindingName[] | 'any';
  /** Time alone changes the verdict at this moment (milliseconds since the epoch): a grace period ends. */
  readonly recheckAt: number | undefined;
}

const WEIGHT: Readonly<Record<Effect, number>> = { Discrepant: 0, Unknown: 1, NotApplicable: 2, None: 3 };
const SEVERITY_WEIGHT = { error: 0, warning: 1, info: 2 } as const;

/** What decides the status first, then the worst; within the same weight in the order of the codes. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      WEIGHT[a.effect] - WEIGHT[b.effect] ||
      SEVERITY_WEIGHT[a.severity] - SEVERITY_WEIGHT[b.severity] ||
      a.code.localeCompare(b.code),
  );
}

export function statusOf(findings: readonly Finding[]): Status {
  const [first] = sortFindings(findings);
  return first === undefined || first.effect === 'None' ? 'Verified' : first.effect;
}
