/** The script that OSM's injector would write for a pod: same rules, same order, same spelling. */
import { MULTIPORT_SLOTS } from '../iptables/ports.ts';
import type { Dialect } from './dialect.ts';
import type { Intent } from './intent.ts';

/** The commands in the injector's order; joined by ` && ` they are the argument of `sh -c`. */
export function expectedCommands(dialect: Dialect, intent: Intent): readonly string[] {
  return commands(dialect, intent, intent.outboundPorts.length);
}

export function expectedScript(dialect: Dialect, intent: Intent): string {
  return expectedCommands(dialect, intent).join(' && ');
}

/**
 * A script that installs what the intent means, also where the injector's own would fail: it puts all ports into one rule,
 * which has fifteen places.
 */
export function expectedRulesScript(dialect: Dialect, intent: Intent): string {
  return commands(dialect, intent, MULTIPORT_SLOTS).join(' && ');
}

function commands(dialect: Dialect, intent: Intent, portsInOneRule: number): readonly string[] {
  const { outboundChain } = dialect;
  const ranges = intent.outboundRanges.map(({ text }) => `-I ${outboundChain} -d ${text} -j RETURN`);
  const ports: string[] = [];
  for (let i = 0; i < intent.outboundPorts.length; i += portsInOneRule) {
    const list = intent.outboundPorts.slice(i, i + portsInOneRule).map(({ text }) => text);
    ports.push(`-I ${outboundChain} -p tcp --match multiport --dports ${list.join(',')} -j RETURN`);
  }
  return [...dialect.baseRules, ...ranges, ...ports].map((rule) => `iptables -t nat ${rule}`);
}
