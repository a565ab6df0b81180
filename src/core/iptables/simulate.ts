/**
 * Walks one packet through the chains, rule by rule, as the kernel does.
 *
 * Guarantees: ends for every rule set; a loop of chains, which the kernel refuses to load, counts as a bypass.
 */
import { contains } from './cidr.ts';
import type { Match, PortRange, Rule, RuleSet } from './model.ts';
import type { Packet, Verdict } from './packet.ts';
import { printRule } from './print.ts';

export interface Walk {
  readonly verdict: Verdict;
  /** The rules that matched, in order: `-A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN`; the last step names the end. */
  readonly trace: readonly string[];
}

/** The kernel's own limit is lower; deeper nesting cannot have been loaded. */
const DEEPEST_JUMP = 64;

export function simulate(rules: RuleSet, packet: Packet): Walk {
  const trace: string[] = [];

  /** Answers the verdict, or undefined when the packet returns from the chain undecided. */
  const walk = (chain: string, depth: number): Verdict | undefined => {
    if (depth > DEEPEST_JUMP) return { kind: 'bypass' };
    for (const rule of rules.chains.get(chain) ?? []) {
      if (!matches(rule, packet)) continue;
      trace.push(`-A ${chain} ${printRule(rule)}`);
      switch (rule.target.kind) {
        case 'accept':
          return { kind: 'bypass' };
        case 'return':
          return undefined;
        case 'redirect':
          return { kind: 'redirect', port: rule.target.port };
        case 'jump': {
          const verdict = walk(rule.target.chain, depth + 1);
          if (verdict !== undefined) return verdict;
        }
      }
    }
    return undefined;
  };

  const decided = walk(packet.hook, 0);
  if (decided === undefined) trace.push(`policy ACCEPT of ${packet.hook}`);
  return { verdict: decided ?? { kind: 'bypass' }, trace };
}

function matches(rule: Rule, packet: Packet): boolean {
  return rule.matches.every((match) => holds(match, packet) !== match.negated);
}

function holds(match: Match, packet: Packet): boolean {
  switch (match.kind) {
    case 'destination':
      return contains(match.network, packet.destination);
    case 'protocol':
      return match.protocol === packet.protocol;
    case 'destination-port':
      return match.protocol === packet.protocol && within(match.ports, packet.port);
    case 'multiport':
      return match.ports.some((ports) => within(ports, packet.port));
    case 'owner':
      // A packet without a socket has no owner: the plain match fails, the negated one holds.
      return match.uid === packet.uid;
  }
}

function within(range: PortRange, port: number): boolean {
  return range.from <= port && port <= range.to;
}
