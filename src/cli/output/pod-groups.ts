/**
 * Pods about which the table would say the same share a line: a hundred pods of one workload, all touched by one edit of
 * the configuration, are one thing to read.
 *
 * Guarantees: pods of a line are of one namespace and status and have the same findings, as findingIdentity tells them
 * apart; no pod is in two lines or in none. Few pods are not worth a line that hides their names.
 */
import { findingIdentity } from '../../core/audit/condition-text.ts';
import type { Finding } from '../../core/audit/finding.ts';
import type { Report } from '../../core/audit/report.ts';

export interface PodGroup {
  /** It stands for the others: only what they share is shown of it. */
  readonly first: Report;
  readonly pods: number;
}

/** So many are named each; with one more they become a line. */
const MOST_NAMED = 3;

/** Each where its first pod stands. */
export function groupAlike(reports: readonly Report[]): readonly PodGroup[] {
  const keys = reports.map(appearance);
  const pods = new Map<string, number>();
  for (const key of keys) pods.set(key, (pods.get(key) ?? 0) + 1);
  const told = new Set<string>();
  return reports.flatMap((first, i) => {
    const key = keys[i] ?? '';
    const count = pods.get(key) ?? 0;
    if (count <= MOST_NAMED) return [{ first, pods: 1 }];
    if (told.has(key)) return [];
    told.add(key);
    return [{ first, pods: count }];
  });
}

/** `web-7f`, or `100 pods, such as web-7f` */
export function groupName({ first, pods }: PodGroup): string {
  return pods === 1 ? first.name : `${pods} pods, such as ${first.name}`;
}

/**
 * What the table shows of a pod. What many pods share would hide what is the matter with each, so it is left to pods that
 * have nothing else.
 */
export function shownFindings({ findings }: Report): readonly Finding[] {
  const own = findings.filter(({ scope }) => scope === 'pod');
  return own.length === 0 ? findings : own;
}

function appearance(report: Report): string {
  return JSON.stringify([report.namespace, report.status, ...shownFindings(report).map(findingIdentity)]);
}
