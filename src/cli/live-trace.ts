/** The way of a packet through the rules in the kernel, with what keeps it from being known. */
import { finding, type Finding } from '../core/audit/finding.ts';
import type { LiveReading } from '../core/audit/live-reading.ts';
import { liveRulesOf } from '../core/audit/live-rules.ts';
import type { Packet } from '../core/iptables/packet.ts';
import type { Walk } from '../core/iptables/simulate.ts';
import type { Pod } from '../core/osm/pod.ts';
import { quote } from '../core/audit/quote.ts';
import { GIVEN_UP, walkThrough } from './walks.ts';

export interface LiveTrace {
  /** undefined when it is not known what the kernel holds. */
  readonly walk: Walk | undefined;
  readonly findings: readonly Finding[];
}

export function traceLive(reading: LiveReading, pod: Pod, packet: Packet): LiveTrace {
  const live = liveRulesOf(reading, pod);
  if (live.kind === 'not-known') return { walk: undefined, findings: [finding(live.name, live.message)] };
  const walk = walkThrough(live.rules, packet);
  const [first] = live.notUnderstood;
  if (walk.verdict.kind !== 'unknown' || walk === GIVEN_UP || first === undefined)
    return { walk, findings: [] };
  const message = `The kernel holds ${first.construct}, which is not understood: ${quote(first.text)}.`;
  return { walk, findings: [finding('LiveRulesNotUnderstood', message)] };
}
