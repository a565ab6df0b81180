/**
 * Recognises the rules that exclude traffic: those of the outbound chain that let a range or a list of TCP ports return
 * unredirected, as the injector writes them and people add them.
 */
import { network, type Cidr } from '../iptables/cidr.ts';
import type { PortRange, Rule } from '../iptables/model.ts';
import type { Dialect } from './dialect.ts';

export type Exclusion =
  | { readonly kind: 'range'; readonly network: Cidr }
  | { readonly kind: 'ports'; readonly ports: readonly PortRange[] };

/** undefined for every other rule. */
export function exclusionOf(chain: string, rule: Rule, dialect: Dialect): Exclusion | undefined {
  if (chain !== dialect.outboundChain) return undefined;
  if (rule.target.kind !== 'return' && rule.target.kind !== 'accept') return undefined;
  const matches = rule.matches.filter(({ kind }) => kind !== 'comment');
  const [first, second, ...more] = matches;
  // What `-d 0.0.0.0/0` leaves in the kernel.
  if (first === undefined) return { kind: 'range', network: network(0, 0) };
  if (more.length > 0 || matches.some((match) => 'negated' in match && match.negated)) return undefined;
  const tcp = [first, second].some((match) => match?.kind === 'protocol' && match.protocol === 'tcp');
  if (first.kind === 'destination' && (second === undefined || tcp)) {
    return { kind: 'range', network: first.network };
  }
  if (!tcp) return undefined;
  if (second?.kind === 'multiport') return { kind: 'ports', ports: second.ports };
  return second?.kind === 'destination-port' ? { kind: 'ports', ports: [second.ports] } : undefined;
}
