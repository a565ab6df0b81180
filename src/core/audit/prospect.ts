/**
 * What will become of a pod that is to be created: whether the mesh injects into it, whether the injector refuses it,
 * whether its osm-init will end well, and what the rules then cannot see.
 *
 * It makes the pod that the injector would make and asks the checks of running pods about it. What keeps a pod from
 * starting is an error here, though on a running pod it is but a warning: that one runs already.
 * Guarantees: pure and total, as audit() is. Limit: where it is not known whether the mesh concerns the pod, what would
 * be wrong if it did is told as a warning.
 */
import { inject } from '../osm/inject.ts';
import { membership, type Membership } from '../osm/membership.ts';
import type { Pod } from '../osm/pod.ts';
import { isBefore } from '../osm/releases.ts';
import { audit } from './audit.ts';
import { checkAnnotation } from './checks/annotation.ts';
import { checkAppUser } from './checks/app-user.ts';
import { checkCommandDanger } from './checks/config-danger.ts';
import { checkConfig } from './checks/config.ts';
import { checkInitOrder } from './checks/init-order.ts';
import { checkInjector } from './checks/injector.ts';
import { checkListeningPorts } from './checks/listening-ports.ts';
import { checkMembership } from './checks/membership.ts';
import { checkPrediction } from './checks/prediction.ts';
import { finding, type Finding } from './finding.ts';
import { judgementFor, surroundingsFor, type AuditInput, type Check, type Judgement } from './judgement.ts';
import { nextInjection, type Former, type NextInjection } from './next-injection.ts';
import { sortFindings, statusOf, type Report } from './report.ts';
import { startOf } from './start.ts';

export interface Prospect {
  readonly report: Report;
  /** Of its findings those for which no such pod starts. */
  readonly stops: readonly Finding[];
  /** The pod as the injector would make it; undefined where nothing is injected. */
  readonly judgement: Judgement | undefined;
}

/** The checks whose questions a pod answers before it runs. */
const CHECKS: readonly Check[] = [
  checkAnnotation,
  checkPrediction,
  checkAppUser,
  checkInitOrder,
  checkListeningPorts,
];

/** @param former of a pod that was injected once, and is to be created again */
export function prospectOf(input: AuditInput, former?: Former): Prospect {
  try {
    return foresee(input, former);
  } catch (error) {
    const message = `osm-auditor failed to judge the pod: ${String(error)}.`;
    return prospect(input, { findings: [finding('JudgementFailed', message)] });
  }
}

function foresee(input: AuditInput, former: Former | undefined): Prospect {
  const { pod, namespace } = input;
  const belongs = membership(pod, surroundingsFor(input));
  switch (belongs.kind) {
    case 'injected':
      // The injector leaves alone what carries its containers already, as a copy of a running pod does.
      return { report: audit(input), stops: [], judgement: judgementFor(input) };
    case 'not-concerned':
      return inItsNode(input, former) ?? prospect(input, { findings: checkMembership(pod, belongs) });
    case 'invalid-annotation': {
      const findings = checkMembership(pod, belongs);
      const heard = namespace !== undefined || former !== undefined;
      return prospect(input, heard ? { findings: findings.map(asError), stopping: findings } : { findings });
    }
    case 'unknown':
      return former === undefined ? perhaps(input) : injected(input, former);
    case 'should-be-injected':
      return injected(input, former);
  }
}

function injected(input: AuditInput, former: Former | undefined): Prospect {
  const next = nextInjection(input, former);
  const { pod, fork } = input;
  const { release, lookup, config, intent } = next;
  const made = inject(pod, release, intent);
  const rulesElsewhere = membership({ ...made, initContainers: pod.initContainers }, surroundingsFor(input));
  if (rulesElsewhere.kind === 'not-concerned') {
    return prospect(input, { findings: checkMembership(pod, rulesElsewhere) });
  }
  const judgement: Judgement = {
    ...judgementFor({ ...input, pod: made }),
    lookup,
    config,
    release,
    dialect: release.dialect,
    intent,
    fork,
    predicted: true,
  };
  const found = CHECKS.flatMap((check) => check(judgement)).map((each) => ofAnnotation(each, next));
  const stopping = stopsAmong(found, next);
  const failing = stopping.some(({ name }) => name === 'RecreationWillFail') ? [] : failure(next);
  return prospect(
    input,
    {
      findings: [
        ...found.map((each) => (stopping.includes(each) ? asError(each) : each)),
        ...failing.map(asError),
        ...checkInjector(input),
        ...checkCommandDanger(judgement),
        ...checkConfig(lookup).filter(({ severity }) => severity !== 'info'),
      ],
      stopping: [...stopping, ...failing],
    },
    judgement,
  );
}

/** Whether the namespace is of a mesh is not known: what would be wrong then must not be passed over. */
function perhaps(input: AuditInput): Prospect {
  const message = `Whether the mesh will inject a sidecar cannot be told: the labels of namespace ${input.pod.namespace} are not known.`;
  const { report } = injected(input, undefined);
  const findings = report.findings.map((each): Finding => {
    return each.effect === 'Discrepant' && each.scope === 'pod'
      ? { ...each, severity: 'warning', effect: 'None' }
      : each;
  });
  return prospect(input, { findings: [finding('NamespaceUnknown', message), ...findings] });
}

/** Injectors up to v0.11 do not look at the network that a pod uses. */
function inItsNode(input: AuditInput, former: Former | undefined): Prospect | undefined {
  if (!input.pod.hostNetwork || input.namespace === undefined) return undefined;
  const elsewhere: Pod = { ...input.pod, hostNetwork: false };
  const belongs: Membership = membership(elsewhere, surroundingsFor(input));
  if (belongs.kind !== 'should-be-injected') return undefined;
  const { release } = nextInjection(input, former);
  if (release.reads === 'FsmMeshConfig' || !isBefore(release.since, [1, 0, 0])) return undefined;
  const message = `The pod uses its node's network, and the injector of ${release.name} does not mind: osm-init will change the rules of the node, and traffic of the whole node will be redirected to the pod's sidecar.`;
  return prospect(input, { findings: [finding('NodeRedirected', message)] });
}

/** An annotation that the injector refuses stops the pod, and so does a script that fails. */
function stopsAmong(findings: readonly Finding[], { intent, certain }: NextInjection): readonly Finding[] {
  if (!certain) return [];
  const denied = intent.annotations.filter(({ fate }) => fate === 'denied').map(({ name }) => name);
  return findings.filter(({ name, evidence }) => {
    return (
      name === 'RecreationWillFail' || (name.endsWith('Invalid') && denied.includes(evidence.source ?? ''))
    );
  });
}

/** Names the annotation that the refused command comes from, which may be cut: that is where it is mended. */
function ofAnnotation(each: Finding, { intent }: NextInjection): Finding {
  if (each.name !== 'RecreationWillFail') return each;
  const text = each.evidence.text ?? '';
  const ports = text.includes('--dports');
  const inbound = ports && text.includes('INBOUND');
  const possible = intent.annotations.filter(({ fate, list }) => {
    return fate === 'honoured' && list.endsWith('Ports') === ports && (list === 'inboundPorts') === inbound;
  });
  const named = possible.find(({ items }) => items.some((item) => text.includes(` ${item.text} `)));
  const source = named ?? possible[0];
  return source === undefined ? each : { ...each, evidence: { ...each.evidence, source: source.name } };
}

/** What the configuration alone breaks; whatever else does is told already. */
function failure({ config, release, intent }: NextInjection): readonly Finding[] {
  if (config === undefined) return [];
  const start = startOf(release, intent);
  if (start.kind !== 'fails') return [];
  const message = `A new pod will not start: ${start.reason}. The configuration makes it so.`;
  return [finding('RecreationWillFail', message, { evidence: { text: start.text } })];
}

function asError(each: Finding): Finding {
  return { ...each, severity: 'error', effect: 'Discrepant' };
}

function prospect(
  { pod }: AuditInput,
  told: { readonly findings: readonly Finding[]; readonly stopping?: readonly Finding[] },
  judgement?: Judgement,
): Prospect {
  const findings = sortFindings(told.findings);
  const report: Report = {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    status: statusOf(findings),
    dialect: judgement?.dialect?.name,
    configSource: judgement?.config?.source,
    findings,
    undecided: findings.some(({ effect }) => effect === 'Unknown') ? 'any' : [],
    recheckAt: undefined,
  };
  return { report, stops: (told.stopping ?? []).map(asError), judgement };
}
