/**
 * What happens to one packet of a pod: its way through the rules that the pod should have and through those that it has.
 *
 * Guarantees: rules that are not known are not walked, and a walk that meets what is not understood ends in unknown; the
 * notes say why, with the code of the finding where there is one.
 */
import type { Finding } from '../core/audit/finding.ts';
import {
  interceptionFor,
  judgementFor,
  likelyRelease,
  type AuditInput,
  type Judgement,
} from '../core/audit/judgement.ts';
import { compareScript, NOT_RUN } from '../core/audit/rule-comparison.ts';
import { checkAnnotation } from '../core/audit/checks/annotation.ts';
import { checkConfig } from '../core/audit/checks/config.ts';
import { checkInitContainer } from '../core/audit/checks/init-container.ts';
import { checkMembership } from '../core/audit/checks/membership.ts';
import { checkScript } from '../core/audit/checks/script.ts';
import type { Execution } from '../core/iptables/execution.ts';
import type { RuleSet } from '../core/iptables/model.ts';
import { sameVerdict, UNKNOWN, type Packet } from '../core/iptables/packet.ts';
import { simulate, type Walk } from '../core/iptables/simulate.ts';
import { meshNamespaces } from '../core/osm/choose-config.ts';
import { membership, type Membership } from '../core/osm/membership.ts';
import { intentFor } from '../core/osm/intent.ts';
import type { Pod } from '../core/osm/pod.ts';

export interface PacketTrace {
  readonly pod: Pod;
  /** The rule template that the pod was recognised by. */
  readonly dialect: string | undefined;
  readonly packet: Packet;
  /** undefined when it is not known which rules the pod should have. */
  readonly expected: Walk | undefined;
  /** undefined when the pod does not carry the script of its osm-init. */
  readonly installed: Walk | undefined;
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** Whether the verdicts are the same; unknown when one of them is. */
export type Agreement = 'same' | 'different' | 'unknown';

export function agreementOf({ expected, installed }: PacketTrace): Agreement {
  if (expected === undefined || installed === undefined) return 'unknown';
  if (expected.verdict.kind === 'unknown' || installed.verdict.kind === 'unknown') return 'unknown';
  return sameVerdict(expected.verdict, installed.verdict) ? 'same' : 'different';
}

/** @param notes what there is to say about the packet itself */
export function tracePacket(input: AuditInput, packet: Packet, notes: readonly string[] = []): PacketTrace {
  const judgement = judgementFor(input);
  const belongs = membership(input.pod, {
    namespace: input.namespace,
    meshNamespaces: meshNamespaces(input.configs),
    interception: interceptionFor(input),
  });
  const rules = expectedRules(judgement, belongs, input);
  const expected = rules && walk(rules, packet);
  const installed = walkInstalled(judgement, packet);
  return {
    pod: input.pod,
    dialect: judgement.dialect?.name,
    packet,
    expected,
    installed,
    notes: [
      ...notes,
      ...checkMembership(input.pod, belongs).map(noteOf),
      ...notesOnInstalled(judgement, belongs),
      ...(rules === undefined || rules === NO_RULES ? [] : notesOnExpected(judgement, input)),
      ...(expected === GIVEN_UP ? [tooLong('expected')] : []),
      ...(installed === GIVEN_UP ? [tooLong('installed')] : []),
    ],
  };
}

const NO_RULES: RuleSet = NOT_RUN.rules;
/** What else the script does could decide before any of the rules that are known. */
const NOT_UNDERSTOOD: Walk = { verdict: UNKNOWN, steps: [], trace: [] };
const GIVEN_UP: Walk = { ...NOT_UNDERSTOOD };

/** Without an osm-init OSM installs nothing. */
function installedRules({ init, installed }: Judgement): Execution | undefined {
  return init === undefined ? NOT_RUN : installed;
}

/** Whether the model knows all that the script leaves behind. */
function isKnown({ ending }: Execution): boolean {
  return ending.kind !== 'not-understood';
}

/**
 * The rules of the pod's dialect with its exclusions, also where its script has failed or is missing; none for a pod that
 * the mesh does not concern. undefined where the dialect, or whether the pod should have rules, is not known.
 */
function expectedRules(judgement: Judgement, belongs: Membership, { fork }: AuditInput): RuleSet | undefined {
  if (judgement.init === undefined) {
    if (belongs.kind === 'not-concerned') return NO_RULES;
    if (belongs.kind !== 'injected' && belongs.kind !== 'should-be-injected') return undefined;
  }
  const installed = installedRules(judgement);
  if (installed === undefined || !isKnown(installed)) return undefined;
  if (
    installed.ending.kind === 'completed' &&
    judgement.init !== undefined &&
    judgement.release === undefined
  ) {
    return undefined;
  }
  const { pod, config } = judgement;
  const release = likelyRelease(judgement, fork);
  const intent = config === undefined ? undefined : intentFor(pod, config, release);
  return compareScript(release.dialect, intent, installed).expectedRules;
}

function walkInstalled(judgement: Judgement, packet: Packet): Walk | undefined {
  const installed = installedRules(judgement);
  if (installed === undefined) return undefined;
  return isKnown(installed) ? walk(installed.rules, packet) : NOT_UNDERSTOOD;
}

function walk(rules: RuleSet, packet: Packet): Walk {
  return simulate(rules, packet) ?? GIVEN_UP;
}

function tooLong(side: 'expected' | 'installed'): string {
  return `The way of the packet through the ${side} rules is too long to be followed.`;
}

function notesOnInstalled(judgement: Judgement, belongs: Membership): readonly string[] {
  if (judgement.init === undefined)
    return [`The pod has no container ${judgement.product.initContainer}: OSM has installed no rules.`];
  const state = belongs.kind === 'injected' ? checkInitContainer(judgement) : [];
  return [...state, ...checkScript(judgement)].map(noteOf);
}

function notesOnExpected(judgement: Judgement, { fork }: AuditInput): readonly string[] {
  const { lookup, release, config } = judgement;
  const notes = [...checkConfig(lookup), ...checkAnnotation(judgement)].map(noteOf);
  if (config === undefined)
    notes.push('Without a configuration, the expected rules are those without exclusions.');
  if (release === undefined) {
    const { name } = likelyRelease(judgement, fork);
    notes.push(`The pod's rules do not tell its release; the expected ones are those of ${name}.`);
  }
  return notes;
}

function noteOf({ code, message }: Finding): string {
  return `${code}: ${message}`;
}
