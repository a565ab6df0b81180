/**
 * The rule language as data: what a nat table holds after iptables has read it.
 *
 * Guarantees: values are in the kernel's normal form (host bits of a network cleared, ports as numbers), so two rules
 * mean the same exactly when `printRule` prints the same text.
 * Limits: the matches and targets below are all there is; text outside them never becomes a Rule, it is carried as
 * "not understood" by the parsers.
 */
import type { Cidr } from './cidr.ts';

export type Protocol = 'tcp' | 'udp';

/** An inclusive range of ports; a single port has `from` equal to `to`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** One condition of a rule; `negated` is iptables' `!` in front of it. */
export type Match =
  | { readonly kind: 'destination'; readonly network: Cidr; readonly negated: boolean }
  | { readonly kind: 'protocol'; readonly protocol: Protocol; readonly negated: boolean }
  | {
      readonly kind: 'destination-port';
      readonly protocol: Protocol;
      readonly ports: PortRange;
      readonly negated: boolean;
    }
  | { readonly kind: 'multiport'; readonly ports: readonly PortRange[]; readonly negated: boolean }
  | { readonly kind: 'owner'; readonly uid: number; readonly negated: boolean };

export type Target =
  | { readonly kind: 'accept' }
  | { readonly kind: 'return' }
  | { readonly kind: 'redirect'; readonly port: number }
  | { readonly kind: 'jump'; readonly chain: string };

/** Matches stand in iptables-save's order: destination, protocol, then the modules as the command named them. */
export interface Rule {
  readonly matches: readonly Match[];
  readonly target: Target;
}

/** Chains by name, the built-in ones first, each with its rules in the order in which the kernel tries them. */
export interface RuleSet {
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
}

/** The hooks of the nat table that OSM uses are PREROUTING (inbound) and OUTPUT (outbound); all four always exist. */
export const BUILT_IN_CHAINS = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] as const;
