/** A packet's way through a rule set, each rule that it meets in words. */
import { readCidr } from '../../core/iptables/cidr.ts';
import type { Hook, Rule, RuleSet } from '../../core/iptables/model.ts';
import { printVerdict, type Packet } from '../../core/iptables/packet.ts';
import { printAppend, printMatch } from '../../core/iptables/print.ts';
import { isOpaque } from '../../core/iptables/restriction.ts';
import { simulate, type Look } from '../../core/iptables/simulate.ts';
import type { Witness } from '../../core/audit/difference.ts';

export interface Step {
  readonly look: Look;
  /** `-A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN` */
  readonly rule: string;
  /** `does not apply: -d 127.0.0.1/32 does not hold` */
  readonly outcome: string;
}

export interface Way {
  readonly hook: Hook;
  readonly steps: readonly Step[];
  readonly verdict: string;
  /** Whether no rule decided, so that the policy of the hook did. */
  readonly byPolicy: boolean;
}

/** Far more than the rules of any mesh have. */
const MOST_STEPS = 200;

/** @returns undefined when the way is too long to be shown */
export function wayOf(rules: RuleSet, packet: Packet): Way | undefined {
  const looks: Look[] = [];
  const walk = simulate(rules, packet, (look) => looks.push(look));
  if (walk === undefined || looks.length > MOST_STEPS) return undefined;
  return {
    hook: packet.hook,
    steps: looks.map((look) => ({
      look,
      rule: printAppend(look.chain, look.rule),
      outcome: outcomeOf(look),
    })),
    verdict: printVerdict(walk.verdict),
    byPolicy: walk.trace.length > walk.steps.length,
  };
}

/** undefined for a witness that no packet can be made of; those of the comparison all can. */
export function packetOf({
  hook,
  protocol,
  destination,
  port,
  uid,
  interface: name,
}: Witness): Packet | undefined {
  const address = readCidr(destination);
  if (address.kind !== 'value') return undefined;
  return { hook, protocol, destination: address.value.address, port, uid: uid ?? undefined, interface: name };
}

function outcomeOf({ missed, rule, depth }: Look): string {
  if (missed !== undefined) return `does not apply: ${printMatch(missed)} does not hold`;
  return isOpaque(rule) ? 'is not understood: it may apply or not' : `applies: ${targetWords(rule, depth)}`;
}

function targetWords({ target }: Rule, depth: number): string {
  switch (target.kind) {
    case 'accept':
      return 'the packet goes where it was sent';
    case 'return':
      return depth === 0 ? 'the policy of the hook decides' : 'back to where the packet came from';
    case 'redirect':
    case 'dnat':
      return `the packet is sent on: ${printVerdict(target)}`;
    case 'jump':
    case 'goto':
      return `on to ${target.chain}`;
    case 'none':
      return 'it only counts';
    case 'opaque':
      return target.text;
  }
}
