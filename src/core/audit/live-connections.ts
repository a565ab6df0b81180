/**
 * How many connections the kernel has sent where, by the counters of its rules.
 *
 * A rule of nat counts the first packet of each connection that meets it, so its counter is a number of connections since
 * the rule was made.
 * Limits: a connection that no rule lets go or redirects is only seen by the jump that it came through. Rules that others
 * have put in front take connections away before any rule of the mesh counts them: those are `passed` where the rule has a
 * counter, and not seen where it has none.
 */
import type { Hook, Rule } from '../iptables/model.ts';
import { printRule } from '../iptables/print.ts';
import type { Dialect } from '../osm/dialect.ts';
import { exclusionOf } from '../osm/exclusion-rule.ts';
import type { KnownRules } from './live-rules.ts';

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/**
 * redirected: to the sidecar, or by the sidecar's own rules elsewhere; excluded: let go by an exclusion; mesh: let go by a
 * base rule of the mesh, such as the sidecar's own traffic, loopback and probes; passed: let go by anything else.
 */
export const OUTCOMES = ['redirected', 'excluded', 'mesh', 'passed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Connections {
  readonly direction: Direction;
  readonly outcome: Outcome;
  readonly connections: number;
  /** The rule of an exclusion without its chain: `-d 10.0.0.0/8 -j RETURN`. */
  readonly exclusion?: string;
}

/** One entry for each rule that decides; empty where the text has no counters. */
export function connectionsOf({ rules, text }: KnownRules, dialect: Dialect): readonly Connections[] {
  const counters = countersIn(text);
  const found: Connections[] = [];
  for (const [chain, list] of rules.chains) {
    const direction = directionOf(chain, dialect);
    const counts = counters.get(chain) ?? [];
    // Otherwise it is not certain which counter belongs to which rule.
    if (direction === undefined || counts.length !== list.length) continue;
    for (const [at, rule] of list.entries()) {
      const outcome = outcomeOf(chain, rule, dialect);
      if (outcome === undefined) continue;
      const exclusion = outcome === 'excluded' ? { exclusion: printRule(rule) } : {};
      found.push({ direction, outcome, connections: counts[at] ?? 0, ...exclusion });
    }
  }
  return found;
}

/** Of each chain the packets that its rules have counted, in order. */
function countersIn(text: string): ReadonlyMap<string, readonly number[]> {
  const counters = new Map<string, number[]>();
  for (const [, packets, chain] of text.matchAll(/^\[(\d{1,20}):\d{1,20}\] -A (\S+)/gm)) {
    if (packets === undefined || chain === undefined) continue;
    const list = counters.get(chain) ?? [];
    counters.set(chain, list);
    list.push(Number(packets));
  }
  return counters;
}

const BY_HOOK = { PREROUTING: 'inbound', OUTPUT: 'outbound' } as const satisfies Record<Hook, Direction>;

function directionOf(chain: string, { chains }: Dialect): Direction | undefined {
  if (chain === 'PREROUTING' || chain === 'OUTPUT') return BY_HOOK[chain];
  if (chain === chains.inbound || chain === chains.inRedirect) return 'inbound';
  return chain === chains.outbound || chain === chains.outRedirect ? 'outbound' : undefined;
}

/** undefined for a rule that decides nothing by itself. */
function outcomeOf(chain: string, rule: Rule, dialect: Dialect): Outcome | undefined {
  switch (rule.target.kind) {
    case 'redirect':
    case 'dnat':
      return 'redirected';
    case 'return':
    case 'accept':
      if (exclusionOf(chain, rule, dialect) !== undefined && !isLoopback(rule)) return 'excluded';
      return isOfMesh(chain, dialect) ? 'mesh' : 'passed';
    case 'jump':
    case 'goto':
    case 'none':
    case 'opaque':
      return undefined;
  }
}

/** `-d 127.0.0.1/32` looks like an exclusion, and every release writes it. */
function isLoopback({ matches }: Rule): boolean {
  return matches.some(
    (match) => match.kind === 'destination' && !match.negated && match.network.address >>> 24 === 127,
  );
}

function isOfMesh(chain: string, { chains }: Dialect): boolean {
  return chain === chains.inbound || chain === chains.outbound;
}
