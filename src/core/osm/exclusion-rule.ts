/**
 * Recognises the rules that come from lists: those that let a range, some TCP ports or an interface pass unredirected, and
 * those that redirect an included range, as the injectors write them and people add them.
 */
import { network, type Cidr } from '../iptables/cidr.ts';
import type { Match, PortRange, Rule, RuleSet } from '../iptables/model.ts';
import type { Dialect } from './dialect.ts';

export type Exclusion =
  | { readonly kind: 'range'; readonly network: Cidr }
  | { readonly kind: 'ports'; readonly ports: readonly PortRange[] }
  | { readonly kind: 'inbound-ports'; readonly ports: readonly PortRange[] }
  | { readonly kind: 'interface'; readonly name: string };

/** undefined for every other rule. */
export function exclusionOf(chain: string, rule: Rule, dialect: Dialect): Exclusion | undefined {
  if (rule.target.kind !== 'return' && rule.target.kind !== 'accept') return undefined;
  const matches = decidingMatches(rule);
  if (chain === dialect.chains.outbound) return outboundExclusion(matches);
  return chain === dialect.chains.inbound ? inboundExclusion(matches, dialect) : undefined;
}

function outboundExclusion(matches: readonly Match[]): Exclusion | undefined {
  const [first, second, ...more] = matches;
  // What `-d 0.0.0.0/0` leaves in the kernel.
  if (first === undefined) return { kind: 'range', network: network(0, 0) };
  if (more.length > 0 || isNegated(matches)) return undefined;
  const tcp = hasTcp(matches);
  if (first.kind === 'destination' && (second === undefined || tcp)) {
    return { kind: 'range', network: first.network };
  }
  if (first.kind === 'out-interface' && (second === undefined || tcp)) {
    return { kind: 'interface', name: first.name };
  }
  const ports = tcp ? portsOf(second) : undefined;
  return ports === undefined ? undefined : { kind: 'ports', ports };
}

function inboundExclusion(matches: readonly Match[], { passedPorts }: Dialect): Exclusion | undefined {
  const [first, second, ...more] = matches;
  if (first === undefined || more.length > 0 || isNegated(matches)) return undefined;
  const tcp = hasTcp(matches);
  if (first.kind === 'in-interface' && (second === undefined || tcp)) {
    return { kind: 'interface', name: first.name };
  }
  const ports = tcp ? portsOf(second) : undefined;
  // The base rules let the ports of metrics and probes pass in the same way.
  const isBase = ports?.every(({ from, to }) => from === to && passedPorts.includes(from)) === true;
  return ports === undefined || isBase ? undefined : { kind: 'inbound-ports', ports };
}

/** The rule that redirects a range of an inclusion list. */
export function includedRangeOf(chain: string, rule: Rule, { chains }: Dialect): Cidr | undefined {
  if (chain !== chains.outbound) return undefined;
  if (rule.target.kind !== 'jump' || rule.target.chain !== chains.outRedirect) return undefined;
  const [first, ...more] = decidingMatches(rule).filter(
    (match) => match.kind !== 'protocol' || match.negated || match.protocol !== 'tcp',
  );
  return first?.kind === 'destination' && !first.negated && more.length === 0 ? first.network : undefined;
}

/** The last rule of the outbound chain: it redirects the rest, or lets it pass where only included ranges are. */
export function isRestRule(chain: string, rule: Rule, { chains }: Dialect): boolean {
  if (chain !== chains.outbound || decidingMatches(rule).length > 0) return false;
  return (
    rule.target.kind === 'return' || (rule.target.kind === 'jump' && rule.target.chain === chains.outRedirect)
  );
}

export function hasInclusions({ chains }: RuleSet, dialect: Dialect): boolean {
  const rules = chains.get(dialect.chains.outbound) ?? [];
  return rules.some((rule) => includedRangeOf(dialect.chains.outbound, rule, dialect) !== undefined);
}

function decidingMatches({ matches }: Rule): readonly Match[] {
  return matches.filter(({ kind }) => kind !== 'comment');
}

function isNegated(matches: readonly Match[]): boolean {
  return matches.some((match) => 'negated' in match && match.negated);
}

function hasTcp(matches: readonly Match[]): boolean {
  return matches.some((match) => match.kind === 'protocol' && match.protocol === 'tcp');
}

function portsOf(match: Match | undefined): readonly PortRange[] | undefined {
  if (match?.kind === 'multiport') return match.ports;
  return match?.kind === 'destination-port' ? [match.ports] : undefined;
}
