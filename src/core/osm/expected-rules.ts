/** The script that OSM's injector would write for a pod: same rules, same order, same spelling. */
import type { Dialect } from './dialect.ts';
import type { Intent } from './intent.ts';

/** The commands in the injector's order; joined by ` && ` they are the argument of `sh -c`. */
export function expectedCommands(dialect: Dialect, intent: Intent): readonly string[] {
  const ranges = intent.outboundRanges.map(({ text }) => `-I ${dialect.outboundChain} -d ${text} -j RETURN`);
  const list = intent.outboundPorts.map(({ text }) => text).join(',');
  const ports =
    list === '' ? [] : [`-I ${dialect.outboundChain} -p tcp --match multiport --dports ${list} -j RETURN`];
  return [...dialect.baseRules, ...ranges, ...ports].map((rule) => `iptables -t nat ${rule}`);
}

export function expectedScript(dialect: Dialect, intent: Intent): string {
  return expectedCommands(dialect, intent).join(' && ');
}
