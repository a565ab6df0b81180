/**
 * Judges one pod: membership first, then every check of a meshed pod, once, top to bottom.
 *
 * Guarantees: pure, total and quick; the same input gives the same report. All checks run: a finding never hides
 * another one.
 */
import { membership } from '../osm/membership.ts';
import type { FindingName } from './catalogue.ts';
import { checkAnnotation } from './checks/annotation.ts';
import { checkAppUser } from './checks/app-user.ts';
import { checkCommandDanger } from './checks/config-danger.ts';
import { checkConfig } from './checks/config.ts';
import { checkExclusions } from './checks/exclusions.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkInitContainer } from './checks/init-container.ts';
import { checkInitOrder } from './checks/init-order.ts';
import { checkInjector } from './checks/injector.ts';
import { checkIpv6 } from './checks/ipv6.ts';
import { checkListeningPorts } from './checks/listening-ports.ts';
import { checkLive } from './checks/live.ts';
import { checkMembership } from './checks/membership.ts';
import { checkNodeNetwork } from './checks/node-network.ts';
import { checkPrediction } from './checks/prediction.ts';
import { checkRules } from './checks/rules.ts';
import { checkScript } from './checks/script.ts';
import { checkSettings } from './checks/settings.ts';
import { checkSidecar } from './checks/sidecar.ts';
import { finding, type Finding } from './finding.ts';
import { graceEnd } from './grace.ts';
import { judgementFor, surroundingsFor, type AuditInput, type Check, type Judgement } from './judgement.ts';
import { sortFindings, statusOf, type Report } from './report.ts';

/**
 * In the order of the guide: the sidecar, the init container, its script, its rules, the exclusions; then what is to come,
 * what the rules cannot see, and what the kernel does.
 */
const CHECKS: readonly Check[] = [
  checkSidecar,
  checkIdentity,
  checkInitContainer,
  checkScript,
  checkRules,
  checkExclusions,
  checkAnnotation,
  checkSettings,
  checkPrediction,
  checkAppUser,
  checkIpv6,
  checkInitOrder,
  checkNodeNetwork,
  checkListeningPorts,
  checkLive,
];

export function audit(input: AuditInput): Report {
  try {
    return judge(input);
  } catch (error) {
    // A fault here must not take the verdicts on all other pods along, nor be taken for one.
    return unmeshed(input, [
      finding('JudgementFailed', `osm-auditor failed to judge the pod: ${String(error)}.`),
    ]);
  }
}

function judge(input: AuditInput): Report {
  const { pod } = input;
  const belongs = membership(pod, surroundingsFor(input));
  if (belongs.kind !== 'injected') {
    const concerned = belongs.kind === 'should-be-injected';
    const findings = sortFindings([
      ...checkMembership(pod, belongs),
      ...(concerned ? checkInjector(input) : []),
    ]);
    return unmeshed(input, findings);
  }
  const judgement = judgementFor(input);
  const findings = sortFindings([
    ...checkMembership(pod, belongs),
    ...CHECKS.flatMap((check) => check(judgement)),
    ...checkInjector(input),
    ...checkCommandDanger(judgement),
    // What is merely worth knowing of the configuration is told of it, not of every pod.
    ...checkConfig(judgement.lookup).filter(({ severity }) => severity !== 'info'),
  ]);
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    status: statusOf(findings),
    dialect: judgement.dialect?.name,
    configSource: judgement.config?.source,
    findings,
    undecided: undecidedOf(input, findings),
    recheckAt: recheckAt(input, judgement, findings),
  };
}

/** Of a pod of which nothing is known that a mesh has made. */
function unmeshed(input: AuditInput, findings: readonly Finding[]): Report {
  const { namespace, name, uid } = input.pod;
  return {
    namespace,
    name,
    uid,
    status: statusOf(findings),
    dialect: undefined,
    configSource: undefined,
    findings,
    undecided: undecidedOf(input, findings),
    recheckAt: undefined,
  };
}

/** What only the pod's namespace can tell; of what concerns configurations nobody is told by the pod. */
const OF_NAMESPACE: readonly FindingName[] = ['InjectedUnasked', 'RulesOutdated'];
const NONE: readonly FindingName[] = [];

function undecidedOf({ namespace }: AuditInput, findings: readonly Finding[]): Report['undecided'] {
  if (findings.some(({ effect }) => effect === 'Unknown')) return 'any';
  return namespace === undefined ? OF_NAMESPACE : NONE;
}

/** The end of the first period that the verdict has waited for. */
function recheckAt(
  { pod, graceMs }: AuditInput,
  { inGrace, settlesAt }: Judgement,
  findings: readonly Finding[],
): number | undefined {
  const has = (wanted: FindingName): boolean => findings.some(({ name }) => name === wanted);
  const ends = [
    inGrace && has('PodStarting') ? graceEnd(pod, graceMs) : undefined,
    has('ConfigSettling') ? settlesAt : undefined,
  ].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
