/** What there is to tell about a pod, compared with what was told before. */
import { eventNote, findingIdentity, type ConditionWords } from '../core/audit/condition-text.ts';
import type { Finding } from '../core/audit/finding.ts';
import type { Report } from '../core/audit/report.ts';
import type { EventInput } from '../kube/events.ts';
import { regardingPod } from './regarding.ts';

/** One thing to tell. */
export interface News {
  /** The same for a finding as long as it lasts, in whatever words. */
  readonly identity: string;
  readonly event: EventInput;
}

/** Findings that are worth an Event on the pod; what the configuration is to blame for is told of the configuration. */
export function notable({ findings }: Report): readonly Finding[] {
  return findings.filter(({ severity, scope }) => severity !== 'info' && scope === 'pod');
}

/**
 * Warnings for findings that nobody was told of, and the recovery of a pod that was in trouble.
 *
 * @param candidates of the report's findings
 * @param told by identity
 * @param troubled whether the pod was Discrepant since it was last Verified
 */
export function newsOf(
  report: Report,
  candidates: readonly Finding[],
  told: (identity: string) => boolean,
  troubled: boolean,
  { recovered, verified }: ConditionWords,
): readonly News[] {
  const news: News[] = [];
  for (const finding of candidates) {
    const identity = findingIdentity(finding);
    if (told(identity)) continue;
    news.push({ identity, event: event(report, 'Warning', finding.name, eventNote(finding)) });
  }
  if (report.status === 'Verified' && troubled && !told(recovered)) {
    news.push({ identity: recovered, event: event(report, 'Normal', recovered, verified) });
  }
  return news;
}

function event(report: Report, type: EventInput['type'], reason: string, note: string): EventInput {
  return { regarding: regardingPod(report), type, reason, note, action: 'Audit' };
}
