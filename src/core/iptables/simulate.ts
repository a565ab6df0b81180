/**
 * Walks one packet through the chains, rule by rule, as the kernel does.
 *
 * Guarantees: ends for every rule set, and soon: chains that jump to each other many times over can make a walk as long as
 * two to the number of chains, so a walk that takes too many steps is given up.
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

/** Far beyond what any mesh installs; a few milliseconds. */
const MOST_STEPS = 20_000;
const DEEPEST_JUMP = 500;
/** Told apart from a verdict by identity. */
const GIVEN_UP: Verdict = { kind: 'bypass' };

/** undefined when the walk was given up. */
export function simulate(rules: RuleSet, packet: Packet): Walk | undefined {
  const trace: string[] = [];
  let steps = 0;

  /** Answers the verdict, or undefined when the packet returns from the chain undecided. */
  const walk = (chain: string, depth: number): Verdict | undefined => {
    for (const rule of rules.chains.get(chain) ?? []) {
      steps += 1;
      if (steps > MOST_STEPS || depth > DEEPEST_JUMP) return GIVEN_UP;
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
  if (decided === GIVEN_UP) return undefined;
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
