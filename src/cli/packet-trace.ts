/**
 * What happens to one packet of a pod: its way through the rules that the pod should have, through those that its script
 * installs and, where somebody has looked, through those in the kernel.
 *
 * Guarantees: rules that are not known are not walked, and a walk that meets what is not understood ends in unknown; the
 * notes say why, with the code of the finding where there is one.
 */
import type { Finding } from '../core/audit/finding.ts';
import {
  judgementFor,
  likelyRelease,
  surroundingsFor,
  type AuditInput,
  type Judgement,
} from '../core/audit/judgement.ts';
import { expectedRules, installedBy, isKnown, NO_RULES } from '../core/audit/pod-rules.ts';
import { checkAnnotation } from '../core/audit/checks/annotation.ts';
import { checkConfig } from '../core/audit/checks/config.ts';
import { checkInitContainer } from '../core/audit/checks/init-container.ts';
import { checkMembership } from '../core/audit/checks/membership.ts';
import { checkScript } from '../core/audit/checks/script.ts';
import { sameVerdict, type Packet, type Verdict } from '../core/iptables/packet.ts';
import type { Walk } from '../core/iptables/simulate.ts';
import { membership, type Membership } from '../core/osm/membership.ts';
import type { Pod } from '../core/osm/pod.ts';
import { traceLive } from './live-trace.ts';
import { GIVEN_UP, NOT_UNDERSTOOD, walkThrough } from './walks.ts';

export interface PacketTrace {
  readonly pod: Pod;
  /** The rule template that the pod was recognised by. */
  readonly dialect: string | undefined;
  readonly packet: Packet;
  /** undefined when it is not known which rules the pod should have. */
  readonly expected: Walk | undefined;
  /** undefined when the pod does not carry the script of its osm-init. */
  readonly installed: Walk | undefined;
  /** undefined when nobody has looked into the kernel, and its walk when what it holds is not known. */
  readonly live: Pick<Side, 'walk'> | undefined;
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** One of the rule sets that the packet goes through. */
export interface Side {
  readonly name: 'expected' | 'installed' | 'live';
  readonly walk: Walk | undefined;
}

/** The two, or the three where somebody has looked into the kernel. */
export function sidesOf({ expected, installed, live }: PacketTrace): readonly Side[] {
  return [
    { name: 'expected', walk: expected },
    { name: 'installed', walk: installed },
    ...(live === undefined ? [] : [{ name: 'live' as const, walk: live.walk }]),
  ];
}

/** undefined when it is not known. */
export function verdictOf({ walk }: Side): Verdict | undefined {
  return walk?.verdict.kind === 'unknown' ? undefined : walk?.verdict;
}

/** Whether all verdicts are the same; unknown when one of them is, unless others differ already. */
export type Agreement = 'same' | 'different' | 'unknown';

export function agreementOf(trace: PacketTrace): Agreement {
  const verdicts = sidesOf(trace).map(verdictOf);
  const [first, ...others] = verdicts.filter((verdict) => verdict !== undefined);
  if (first !== undefined && others.some((other) => !sameVerdict(first, other))) return 'different';
  return verdicts.includes(undefined) ? 'unknown' : 'same';
}

/** @param notes what there is to say about the packet itself */
export function tracePacket(input: AuditInput, packet: Packet, notes: readonly string[] = []): PacketTrace {
  const judgement = judgementFor(input);
  const belongs = membership(input.pod, surroundingsFor(input));
  const rules = expectedRules(judgement, belongs, input);
  const expected = rules && walkThrough(rules, packet);
  const installed = walkInstalled(judgement, packet);
  const live = input.live && traceLive(input.live, input.pod, packet);
  return {
    pod: input.pod,
    dialect: judgement.dialect?.name,
    packet,
    expected,
    installed,
    live,
    notes: [
      ...notes,
      ...checkMembership(input.pod, belongs).map(noteOf),
      ...notesOnInstalled(judgement, belongs),
      ...(live?.findings ?? []).map(noteOf),
      ...(rules === undefined || rules === NO_RULES ? [] : notesOnExpected(judgement, input)),
      ...(expected === GIVEN_UP ? [tooLong('expected')] : []),
      ...(installed === GIVEN_UP ? [tooLong('installed')] : []),
      ...(live?.walk === GIVEN_UP ? [tooLong('live')] : []),
    ],
  };
}

function walkInstalled(judgement: Judgement, packet: Packet): Walk | undefined {
  const installed = installedBy(judgement);
  if (installed === undefined) return undefined;
  return isKnown(installed) ? walkThrough(installed.rules, packet) : NOT_UNDERSTOOD;
}

function tooLong(side: Side['name']): string {
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
