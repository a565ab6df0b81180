/**
 * Dialects: the rule templates of OSM's releases as data.
 *
 * A dialect is recognised from what a pod carries, never from a version label: running pods keep the rules of the
 * injector that created them.
 * Limits: one dialect, R1 in the form of the troubleshooting guide (chains PROXY_*, Envoy as uid 1500).
 */
import type { RuleSet } from '../iptables/model.ts';
import { BUILT_IN_CHAINS } from '../iptables/model.ts';

export interface Dialect {
  readonly name: 'R1';
  /** The user that Envoy runs as; its own traffic is never redirected. */
  readonly envoyUid: number;
  /** Where outbound exclusions are inserted. */
  readonly outboundChain: string;
  /** The arguments after `iptables -t nat`, in the injector's order. */
  readonly baseRules: readonly string[];
}

export const R1: Dialect = {
  name: 'R1',
  envoyUid: 1500,
  outboundChain: 'PROXY_OUTPUT',
  baseRules: [
    '-N PROXY_INBOUND',
    '-N PROXY_IN_REDIRECT',
    '-N PROXY_OUTPUT',
    '-N PROXY_REDIRECT',
    '-A PROXY_REDIRECT -p tcp -j REDIRECT --to-port 15001',
    // Envoy's admin port. Dead: it stands behind an unconditional redirect.
    '-A PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT',
    '-A OUTPUT -p tcp -j PROXY_OUTPUT',
    '-A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN',
    '-A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
    '-A PROXY_OUTPUT -j PROXY_REDIRECT',
    '-A PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-port 15003',
    '-A PREROUTING -p tcp -j PROXY_INBOUND',
    // Metrics, and the liveness, readiness and startup probes.
    '-A PROXY_INBOUND -p tcp --dport 15010 -j RETURN',
    '-A PROXY_INBOUND -p tcp --dport 15901 -j RETURN',
    '-A PROXY_INBOUND -p tcp --dport 15902 -j RETURN',
    '-A PROXY_INBOUND -p tcp --dport 15903 -j RETURN',
    '-A PROXY_INBOUND -p tcp -j PROXY_IN_REDIRECT',
  ],
};

/** A script that creates no chain of its own is judged as R1 too: then every rule of it is missing. */
export function recogniseDialect(installed: RuleSet): Dialect | undefined {
  const own = [...installed.chains.keys()].filter(
    (name) => !(BUILT_IN_CHAINS as readonly string[]).includes(name),
  );
  return own.length === 0 || own.some((name) => name.startsWith('PROXY_')) ? R1 : undefined;
}
