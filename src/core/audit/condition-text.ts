/** The words of the conditions on pods and of the Events, made from a report. */
import type { Finding } from './finding.ts';
import type { Report } from './report.ts';

export const CONDITION_TYPE = 'openservicemesh.io/RedirectionVerified';
/** The condition's reason when it is True, and the Normal Event on recovery. */
const VERIFIED_REASON = 'Verified';
export const RECOVERED_REASON = 'RedirectionVerified';
export const RECOVERED_NOTE = 'Traffic is redirected as the mesh configuration says.';

/** What one condition says, and its Event of recovery. Each condition has one program that owns it. */
export interface ConditionWords {
  readonly type: string;
  /** Of a pod that is as it should be: the message of the condition, and the note of the Event. */
  readonly verified: string;
  /** The reason of that Event. */
  readonly recovered: string;
}

/** What a pod carries is what the configuration says: the controller's. */
export const REDIRECTION: ConditionWords = {
  type: CONDITION_TYPE,
  verified: RECOVERED_NOTE,
  recovered: RECOVERED_REASON,
};

/** What the kernel does is what the configuration says: the node agent's. */
export const LIVE_REDIRECTION: ConditionWords = {
  type: 'openservicemesh.io/RedirectionLiveVerified',
  verified: 'The kernel redirects traffic as the mesh configuration says.',
  recovered: 'RedirectionLiveVerified',
};

/** What the API takes for an Event's note; the condition keeps to it too. In bytes. */
const LONGEST_MESSAGE = 1024;

/** What the words need of a finding. */
type Described = Pick<Finding, 'name' | 'code' | 'effect' | 'message'>;

export interface ConditionText {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/**
 * Says why the pod has its status, so findings that leave the status as it is have no place here; Events tell of them.
 *
 * @returns undefined for a pod that the mesh does not concern: it gets no condition
 */
export function conditionText(
  report: Pick<Report, 'status'> & { readonly findings: readonly Described[] },
  words: Pick<ConditionWords, 'verified'> = REDIRECTION,
): ConditionText | undefined {
  const deciding = report.findings.filter(({ effect }) => effect !== 'None');
  switch (report.status) {
    case 'NotApplicable':
      return undefined;
    case 'Verified':
      return {
        status: 'True',
        reason: VERIFIED_REASON,
        message: words.verified,
      };
    case 'Discrepant':
    case 'Unknown':
      return {
        status: report.status === 'Discrepant' ? 'False' : 'Unknown',
        reason: deciding[0]?.name ?? report.status,
        message: shorten(deciding.map(eventNote).join(' ')),
      };
  }
}

/** `OA402 Excluded in the pod's rules ...`: the code in front, so that it survives shortening. */
export function eventNote(finding: Pick<Finding, 'code' | 'message'>): string {
  return shorten(`${finding.code} ${finding.message}`);
}

/**
 * Tells whether two findings of a pod are the same one going on: its code and the values it names. What is said about
 * them besides, such as the history of the configuration or the last exit code, may change without being news.
 */
export function findingIdentity({ code, evidence }: Finding): string {
  return [code, ...(evidence.values ?? [])].join(' ');
}

/** The code of the finding that has this identity. */
export function codeOf(identity: string): string {
  const end = identity.indexOf(' ');
  return end < 0 ? identity : identity.slice(0, end);
}

/** Cuts to the API's limit of bytes between characters. */
export function shorten(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= LONGEST_MESSAGE) return text;
  const kept = new TextDecoder('utf-8', { fatal: false }).decode(bytes.slice(0, LONGEST_MESSAGE - 3));
  return `${kept.replace(/\uFFFD+$/u, '')}...`;
}
