/**
 * Walks one packet through the chains, rule by rule, as the kernel does.
 *
 * Guarantees: ends for every rule set, and soon: chains that jump to each other many times over can make a walk as long as
 * two to the number of chains, so a walk that takes too many steps is given up.
 */
import { contains } from './cidr.ts';
import { coversInterface, EVERY_INTERFACE } from './interface-name.ts';
import type { Hook, Match, PortRange, Rule, RuleSet } from './model.ts';
import { BYPASS, UNKNOWN, type Packet, type Verdict } from './packet.ts';
import { printAppend } from './print.ts';
import { verdictOf } from './propagate.ts';
import { isOpaque } from './restriction.ts';

/** A rule that the packet matched. `depth` counts the chains that it is in, from 0. */
export interface Step {
  readonly chain: string;
  readonly rule: Rule;
  readonly depth: number;
}

export interface Walk {
  readonly verdict: Verdict;
  readonly steps: readonly Step[];
  /** The steps as text: `-A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN`; where no rule decides, the last one names the policy. */
  readonly trace: readonly string[];
}

/** A rule that the packet was held against, whether it matched or not. */
export interface Look {
  readonly chain: string;
  /** From 0, within the chain. */
  readonly index: number;
  readonly depth: number;
  readonly rule: Rule;
  /** The first condition that does not hold; undefined where the rule matches. */
  readonly missed: Match | undefined;
}

/** Far beyond what any mesh installs; a few milliseconds. */
const MOST_STEPS = 20_000;
const DEEPEST_JUMP = 500;

/**
 * @param onLook told of each rule that the packet meets, in order
 * @returns undefined when the walk was given up
 */
export function simulate(rules: RuleSet, packet: Packet, onLook?: (look: Look) => void): Walk | undefined {
  const steps: Step[] = [];
  let looked = 0;

  /** Answers the verdict, `returned` when the packet comes back undecided, or `given-up`. */
  const walk = (chain: string, depth: number): Verdict | 'returned' | 'given-up' => {
    for (const [index, rule] of (rules.chains.get(chain) ?? []).entries()) {
      looked += 1;
      if (looked > MOST_STEPS || depth > DEEPEST_JUMP) return 'given-up';
      const missed = rule.matches.find((match) => !matchHolds(match, packet));
      onLook?.({ chain, index, depth, rule, missed });
      if (missed !== undefined) continue;
      steps.push({ chain, rule, depth });
      if (isOpaque(rule)) return UNKNOWN;
      const { target } = rule;
      switch (target.kind) {
        case 'return':
          return 'returned';
        case 'none':
          continue;
        case 'jump':
        case 'goto': {
          const outcome = walk(target.chain, depth + 1);
          if (outcome !== 'returned' || target.kind === 'goto') return outcome;
          continue;
        }
        case 'accept':
        case 'redirect':
        case 'dnat':
        case 'opaque':
          return verdictOf(target);
      }
    }
    return 'returned';
  };

  const outcome = walk(packet.hook, 0);
  if (outcome === 'given-up') return undefined;
  const trace = steps.map(({ chain, rule }) => printAppend(chain, rule));
  if (outcome !== 'returned') return { verdict: outcome, steps, trace };
  return { verdict: BYPASS, steps, trace: [...trace, `policy ACCEPT of ${packet.hook}`] };
}

/** What is not modelled is taken to hold: the rule's verdict is unknown then. */
function matchHolds(match: Match, packet: Packet): boolean {
  switch (match.kind) {
    case 'comment':
    case 'opaque':
      return true;
    case 'destination':
      return contains(match.network, packet.destination) !== match.negated;
    case 'protocol':
      return (match.protocol === packet.protocol) !== match.negated;
    case 'destination-port':
      return match.protocol === packet.protocol && within(match.ports, packet.port) !== match.negated;
    case 'multiport':
      return match.ports.some((ports) => within(ports, packet.port)) !== match.negated;
    case 'owner':
      // A packet without a socket has no owner.
      return (
        (packet.uid !== undefined && match.from <= packet.uid && packet.uid <= match.to) !== match.negated
      );
    case 'in-interface':
      return byInterface(match.name, packet, 'PREROUTING') !== match.negated;
    case 'out-interface':
      return byInterface(match.name, packet, 'OUTPUT') !== match.negated;
  }
}

/** A packet has an interface in one direction alone. */
function byInterface(name: string, packet: Packet, hook: Hook): boolean {
  return name === EVERY_INTERFACE || (packet.hook === hook && coversInterface(name, packet.interface));
}

function within(range: PortRange, port: number): boolean {
  return range.from <= port && port <= range.to;
}
