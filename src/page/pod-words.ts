/** How the page names pods and statuses. */
import type { Status } from '../core/audit/report.ts';
import type { PagePod } from './page-input.ts';

/** What follows `#` in the address of each pod. Files may hold several of one name. */
export function podAnchors(pods: readonly PagePod[]): ReadonlyMap<PagePod, string> {
  const times = new Map<string, number>();
  return new Map(
    pods.map((pod) => {
      const anchor = `pod/${encoded(pod.report.namespace)}/${encoded(pod.report.name)}`;
      const count = (times.get(anchor) ?? 0) + 1;
      times.set(anchor, count);
      return [pod, count === 1 ? anchor : `${anchor}/${count}`] as const;
    }),
  );
}

/** No address can hold half a character. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\uFFFD'));
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
