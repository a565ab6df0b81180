/** The ways of one packet through sets of rules, also through those that are not known. */
import type { RuleSet } from '../core/iptables/model.ts';
import { UNKNOWN, type Packet } from '../core/iptables/packet.ts';
import { simulate, type Walk } from '../core/iptables/simulate.ts';

/** What is not understood could decide before any of the rules that are known. */
export const NOT_UNDERSTOOD: Walk = { verdict: UNKNOWN, steps: [], trace: [] };

/** Of a way that is too long. */
export const GIVEN_UP: Walk = { ...NOT_UNDERSTOOD };

export function walkThrough(rules: RuleSet, packet: Packet): Walk {
  return simulate(rules, packet) ?? GIVEN_UP;
}
