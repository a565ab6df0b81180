/** How the page names pods and statuses. */
import type { Report, Status } from '../core/audit/report.ts';

/** What follows `#` in the address of a pod. */
export function podAnchor({ namespace, name }: Pick<Report, 'namespace' | 'name'>): string {
  return `pod/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

export function podCount(count: number): string {
  return count === 1 ? '1 pod' : `${count.toLocaleString('en')} pods`;
}

/** A sign beside the colour, for those who do not see it. */
export const STATUS_SIGNS: Readonly<Record<Status, string>> = {
  Verified: '✔',
  Discrepant: '✖',
  Unknown: '?',
  NotApplicable: '–',
};

export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  Verified: 'verified',
  Discrepant: 'discrepant',
  Unknown: 'unknown',
  NotApplicable: 'not applicable',
};
