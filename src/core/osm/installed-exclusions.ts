/**
 * Tells the exclusions in a rule set apart from its base rules.
 *
 * An exclusion is a rule of the outbound chain that lets a range or a list of TCP ports return unredirected, as the
 * injector writes it. `-d 127.0.0.1/32` is a base rule of every dialect, so one rule of that form counts as base.
 */
import { network, type Cidr } from '../iptables/cidr.ts';
import type { PortRange, Rule, RuleSet } from '../iptables/model.ts';
import { printRule } from '../iptables/print.ts';
import type { Dialect } from './dialect.ts';

export interface InstalledRules {
  readonly ranges: readonly Cidr[];
  readonly ports: readonly PortRange[];
  /** Exclusions that stand behind the jump to the redirect, where no packet reaches them. */
  readonly unreachable: readonly Rule[];
  /** Everything else, chain by chain. */
  readonly base: ReadonlyMap<string, readonly Rule[]>;
}

type Exclusion =
  | { readonly kind: 'range'; readonly network: Cidr }
  | { readonly kind: 'ports'; readonly ports: readonly PortRange[] };

export function separate(rules: RuleSet, dialect: Dialect): InstalledRules {
  const ranges: Cidr[] = [];
  const ports: PortRange[] = [];
  const unreachable: Rule[] = [];
  const rest: Rule[] = [];
  let redirected = false;
  const outbound = rules.chains.get(dialect.outboundChain) ?? [];
  const loopback = outbound.findLast((rule) => printRule(rule) === '-d 127.0.0.1/32 -j RETURN');
  for (const rule of outbound) {
    const exclusion = rule === loopback ? undefined : exclusionOf(rule);
    if (exclusion === undefined) {
      rest.push(rule);
      redirected ||= rule.matches.length === 0 && rule.target.kind === 'jump';
    } else if (redirected) unreachable.push(rule);
    else if (exclusion.kind === 'range') ranges.push(exclusion.network);
    else for (const range of exclusion.ports) ports.push(range);
  }
  return { ranges, ports, unreachable, base: new Map([...rules.chains, [dialect.outboundChain, rest]]) };
}

function exclusionOf(rule: Rule): Exclusion | undefined {
  if (rule.target.kind !== 'return') return undefined;
  const [first, second, ...more] = rule.matches;
  // What `-d 0.0.0.0/0` leaves in the kernel.
  if (first === undefined) return { kind: 'range', network: network(0, 0) };
  if (more.length > 0 || first.negated || second?.negated === true) return undefined;
  if (first.kind === 'destination' && second === undefined) return { kind: 'range', network: first.network };
  if (first.kind !== 'protocol' || first.protocol !== 'tcp') return undefined;
  if (second?.kind === 'multiport') return { kind: 'ports', ports: second.ports };
  return second?.kind === 'destination-port' ? { kind: 'ports', ports: [second.ports] } : undefined;
}
