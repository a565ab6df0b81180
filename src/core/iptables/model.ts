/**
 * The rule language as data: what a nat table holds after iptables has read it.
 *
 * Guarantees: values are in the kernel's normal form (host bits of a network cleared, ports as numbers, matches in the
 * order of iptables-save), so two rules are the same rule exactly when `printRule` prints the same text.
 * Limits: what is outside the model is never left out: it is an `opaque` match or target, which carries its text.
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
  /** A name that ends in `+` stands for all that begin with what is before it; `+` alone asks for nothing at all. */
  | { readonly kind: 'in-interface'; readonly name: string; readonly negated: boolean }
  | { readonly kind: 'out-interface'; readonly name: string; readonly negated: boolean }
  | { readonly kind: 'protocol'; readonly protocol: Protocol; readonly negated: boolean }
  /** `-m tcp`: with all ports it is the bare module, as iptables-save prints it. */
  | {
      readonly kind: 'destination-port';
      readonly protocol: Protocol;
      readonly ports: PortRange;
      readonly negated: boolean;
    }
  | { readonly kind: 'multiport'; readonly ports: readonly PortRange[]; readonly negated: boolean }
  /** Users `from` to `to`, inclusive. A packet without a socket has no owner: only the negated match holds for it. */
  | { readonly kind: 'owner'; readonly from: number; readonly to: number; readonly negated: boolean }
  /** Decides nothing. */
  | { readonly kind: 'comment'; readonly text: string }
  /** Something that iptables knows and this model does not: whether it holds for a packet is not known. */
  | { readonly kind: 'opaque'; readonly text: string };

/** Where DNAT sends: an address, or a variable of the container that the script names and whose value is not known here. */
export type NatAddress = number | { readonly variable: string };

export type Target =
  | { readonly kind: 'accept' }
  | { readonly kind: 'return' }
  | { readonly kind: 'redirect'; readonly port: number }
  | { readonly kind: 'dnat'; readonly address: NatAddress; readonly port: number | undefined }
  /** `-j CHAIN`: what returns from the chain goes on behind this rule. */
  | { readonly kind: 'jump'; readonly chain: string }
  /** `-g CHAIN`: what returns from the chain returns from this one too. */
  | { readonly kind: 'goto'; readonly chain: string }
  /** A rule that only counts. */
  | { readonly kind: 'none' }
  | { readonly kind: 'opaque'; readonly text: string };

/** Matches stand in iptables-save's order: destination, interfaces, protocol, then the modules as the command named them. */
export interface Rule {
  readonly matches: readonly Match[];
  readonly target: Target;
}

/** Chains by name, the built-in ones first, each with its rules in the order in which the kernel tries them. */
export interface RuleSet {
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
}

/** The chains of the nat table that the kernel calls itself; all four always exist. */
export const BUILT_IN_CHAINS = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] as const;

export type BuiltInChain = (typeof BUILT_IN_CHAINS)[number];

/** The hooks where OSM redirects: PREROUTING what comes from other pods, OUTPUT what processes of this pod send. */
export const HOOKS = ['PREROUTING', 'OUTPUT'] as const;

export type Hook = (typeof HOOKS)[number];

export function isBuiltIn(chain: string): chain is BuiltInChain {
  return (BUILT_IN_CHAINS as readonly string[]).includes(chain);
}

/** The chain that a rule hands packets to, if it does. */
export function calledChain({ target }: Rule): string | undefined {
  return target.kind === 'jump' || target.kind === 'goto' ? target.chain : undefined;
}
