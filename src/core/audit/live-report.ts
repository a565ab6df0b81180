/**
 * Judges what the kernel does with a pod's traffic, and nothing else: the report behind the condition that the node agent
 * writes. Everything else about the pod is the controller's to say.
 *
 * Guarantees: as `audit`. Verified means: expected, installed and live rules do the same, or the kernel does what it
 * should although the script does not.
 */
import { membership } from '../osm/membership.ts';
import { checkLive } from './checks/live.ts';
import { checkMembership } from './checks/membership.ts';
import type { FindingName } from './catalogue.ts';
import { finding, type Finding } from './finding.ts';
import { judgementFor, surroundingsFor, type AuditInput, type Judgement } from './judgement.ts';
import { hasRun } from './live-run.ts';
import { sortFindings, statusOf, type Report } from './report.ts';

/** NotApplicable for a pod that carries nothing of a mesh: then its kernel need not be read either. */
export function liveReport(input: AuditInput): Report {
  try {
    return judge(input);
  } catch (error) {
    return reportOf(input, [
      finding('JudgementFailed', `osm-auditor failed to judge the pod: ${String(error)}.`),
    ]);
  }
}

function judge(input: AuditInput): Report {
  const { pod } = input;
  const belongs = membership(pod, surroundingsFor(input));
  switch (belongs.kind) {
    case 'injected': {
      const judgement = judgementFor(input);
      const findings = hasRun(judgement) ? checkLive(judgement) : [STARTING];
      return reportOf(input, findings, judgement);
    }
    case 'unknown':
      return reportOf(input, checkMembership(pod, belongs));
    case 'not-concerned':
    case 'should-be-injected':
    case 'invalid-annotation':
      return { ...reportOf(input, []), status: 'NotApplicable' };
  }
}

const STARTING = finding('PodStarting', 'osm-init has not ended yet.');
const NONE: readonly FindingName[] = [];

function reportOf({ pod }: AuditInput, unsorted: readonly Finding[], judgement?: Judgement): Report {
  const findings = sortFindings(unsorted);
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    status: statusOf(findings),
    dialect: judgement?.dialect?.name,
    configSource: judgement?.config?.source,
    findings,
    undecided: findings.some(({ effect }) => effect === 'Unknown') ? 'any' : NONE,
    recheckAt: findings.some(({ name }) => name === 'LiveUnjudged') ? judgement?.settlesAt : undefined,
  };
}
