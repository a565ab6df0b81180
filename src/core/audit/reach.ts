/** Whether exclusions leave anything to redirect. */
import { interval, subtract } from '../iptables/interval-set.ts';
import { propagate } from '../iptables/propagate.ts';
import { intersectClass } from '../iptables/traffic-class.ts';
import { ALL_UIDS, Interfaces, PROTOCOLS, universe } from '../iptables/universe.ts';
import type { Dialect } from '../osm/dialect.ts';
import { expectedRulesScript } from '../osm/expected-rules.ts';
import type { Intent } from '../osm/intent.ts';
import { runScript } from './rule-comparison.ts';

/** The one interface of a pod beside lo; what others there could be does not matter. */
const POD_INTERFACE = 'eth0';

const answers = new WeakMap<Intent, Map<Dialect, boolean>>();

/**
 * Whether by these rules no TCP packet that an application sends to another host is redirected: false where the rules are
 * not understood. Worked on once for an intent.
 */
export function leavesNothing(dialect: Dialect, intent: Intent): boolean {
  const known = answers.get(intent) ?? new Map<Dialect, boolean>();
  answers.set(intent, known);
  const answer = known.get(dialect) ?? nothingIsRedirected(dialect, intent);
  known.set(dialect, answer);
  return answer;
}

function nothingIsRedirected(dialect: Dialect, intent: Intent): boolean {
  const { ending, rules } = runScript(expectedRulesScript(dialect, intent), { POD_IP: null });
  if (ending.kind !== 'completed' || ending.status !== 0) return false;
  const interfaces = new Interfaces([rules], [POD_INTERFACE]);
  const eth0 = interfaces.numberOf(POD_INTERFACE);
  const sent = {
    protocol: interval(PROTOCOLS.tcp, PROTOCOLS.tcp),
    interface: interval(eth0, eth0),
    uid: subtract(ALL_UIDS, interval(dialect.uid, dialect.uid)),
  };
  const packets = universe('OUTPUT', interfaces).flatMap((box) => intersectClass(box, sent) ?? []);
  const outcomes = propagate(rules, 'OUTPUT', packets, interfaces)?.outcomes;
  return outcomes?.every(({ verdict }) => verdict.kind === 'bypass') === true;
}
