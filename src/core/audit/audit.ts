/**
 * Judges one pod: membership first, then every check of a meshed pod, once, top to bottom.
 *
 * Guarantees: pure, total and quick; the same input gives the same report. All checks run: a finding never hides
 * another one.
 */
import { membership } from '../osm/membership.ts';
import { checkAnnotation } from './checks/annotation.ts';
import { checkConfig } from './checks/config.ts';
import { checkExclusions } from './checks/exclusions.ts';
import { checkInitContainer } from './checks/init-container.ts';
import { checkMembership } from './checks/membership.ts';
import { checkRules } from './checks/rules.ts';
import { checkScript } from './checks/script.ts';
import { checkSidecar } from './checks/sidecar.ts';
import { finding } from './finding.ts';
import { graceEnd } from './grace.ts';
import { judgementFor, type AuditInput, type Check } from './judgement.ts';
import { sortFindings, statusOf, type Report } from './report.ts';

/** In the order of the guide: the sidecar, the init container, its script, its rules, the exclusions. */
const CHECKS: readonly Check[] = [
  checkSidecar,
  checkInitContainer,
  checkScript,
  checkRules,
  checkExclusions,
  checkAnnotation,
];

export function audit(input: AuditInput): Report {
  try {
    return judge(input);
  } catch (error) {
    // A fault here must not take the verdicts on all other pods along, nor be taken for one.
    const { namespace, name, uid } = input.pod;
    const findings = [finding('JudgementFailed', `osm-auditor failed to judge the pod: ${String(error)}.`)];
    return {
      namespace,
      name,
      uid,
      status: statusOf(findings),
      dialect: undefined,
      findings,
      recheckAt: undefined,
    };
  }
}

function judge(input: AuditInput): Report {
  const { pod } = input;
  const identity = { namespace: pod.namespace, name: pod.name, uid: pod.uid };
  const belongs = membership(pod, input.namespace, input.osmNamespace);
  if (belongs.kind !== 'injected') {
    const findings = checkMembership(pod, belongs);
    return { ...identity, status: statusOf(findings), dialect: undefined, findings, recheckAt: undefined };
  }
  const judgement = judgementFor(input);
  const findings = sortFindings([
    ...CHECKS.flatMap((check) => check(judgement)),
    ...checkConfig(input.config),
  ]);
  const starting = judgement.inGrace && findings.some(({ name }) => name === 'PodStarting');
  return {
    ...identity,
    status: statusOf(findings),
    dialect: judgement.dialect?.name,
    findings,
    recheckAt: starting ? graceEnd(pod, input.graceMs) : undefined,
  };
}
