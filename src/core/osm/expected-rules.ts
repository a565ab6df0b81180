/**
 * The script that the injector of a release would write for a pod: same rules, same order, same spelling; and one that
 * installs what is meant by it, also where the injector's own would fail.
 */
import { printCidr, type Cidr } from '../iptables/cidr.ts';
import { MULTIPORT_SLOTS } from '../iptables/ports.ts';
import { ADMIN_PORT, type Dialect } from './dialect.ts';
import type { Intent, Wanted } from './intent.ts';

/** The script, byte for byte. */
export function expectedScript(dialect: Dialect, intent: Intent): string {
  return scriptOf(dialect, expectedLines(dialect, intent));
}

/** Its commands without `iptables -t nat`, or the lines of its block of iptables-restore. */
export function expectedLines(dialect: Dialect, intent: Intent): readonly string[] {
  return linesFor(dialect, writtenLists(intent));
}

/** The same for people: one command a line where the script is a chain of commands. */
export function expectedText(dialect: Dialect, intent: Intent): string {
  if (dialect.form === 'restore') return expectedScript(dialect, intent);
  return `${expectedLines(dialect, intent).map(asCommand).join('\n')}\n`;
}

/** What means nothing is left out, and ports that do not fit into one rule go into several. */
export function expectedRulesScript(dialect: Dialect, intent: Intent): string {
  return scriptOf(dialect, linesFor(dialect, meantLists(intent)));
}

/** Lists ready to be written; the ports of each list rule by rule. */
interface Lists {
  readonly outboundRanges: readonly string[];
  readonly includedRanges: readonly string[];
  readonly outboundPorts: readonly (readonly string[])[];
  readonly inboundPorts: readonly (readonly string[])[];
  readonly interfaces: readonly string[];
  readonly podIpMode: boolean;
  readonly dnsProxy: boolean;
}

function writtenLists(intent: Intent): Lists {
  const texts = (list: readonly Wanted<unknown>[]): readonly string[] => list.map(({ written }) => written);
  const inOneRule = (list: readonly Wanted<unknown>[]): readonly (readonly string[])[] =>
    list.length === 0 ? [] : [texts(list)];
  return {
    outboundRanges: texts(intent.outboundRanges),
    includedRanges: texts(intent.includedRanges),
    outboundPorts: inOneRule(intent.outboundPorts),
    inboundPorts: inOneRule(intent.inboundPorts),
    interfaces: texts(intent.interfaces),
    podIpMode: intent.podIpMode,
    dnsProxy: intent.dnsProxy,
  };
}

function meantLists(intent: Intent): Lists {
  const meant = <T>(list: readonly Wanted<T>[], print: (value: T) => string): readonly string[] =>
    list.flatMap(({ value }) => (value === undefined ? [] : [print(value)]));
  const ranges = (list: readonly Wanted<Cidr>[]): readonly string[] => meant(list, printCidr);
  const ports = (list: readonly Wanted<number>[]): readonly (readonly string[])[] => {
    const all = meant(list, String);
    const rules = Math.ceil(all.length / MULTIPORT_SLOTS);
    return Array.from({ length: rules }, (_, i) => all.slice(i * MULTIPORT_SLOTS, (i + 1) * MULTIPORT_SLOTS));
  };
  return {
    outboundRanges: ranges(intent.outboundRanges),
    includedRanges: ranges(intent.includedRanges),
    outboundPorts: ports(intent.outboundPorts),
    inboundPorts: ports(intent.inboundPorts),
    interfaces: meant(intent.interfaces, (name) => name),
    podIpMode: intent.podIpMode,
    dnsProxy: intent.dnsProxy,
  };
}

const asCommand = (line: string): string => `iptables -t nat ${line}`;

function scriptOf({ form, name }: Dialect, lines: readonly string[]): string {
  if (form === 'commands') return lines.map(asCommand).join(' && ');
  const title = `# ${name === 'FSM' ? 'FSM' : 'OSM'} sidecar interception rules`;
  // Not quoted: the shell expands $POD_IP, and whatever else a value may hold.
  return ['iptables-restore --noflush <<EOF', title, '*nat', ...lines, 'COMMIT', 'EOF', ''].join('\n');
}

/** The lines of each form in its injector's order. */
function linesFor(dialect: Dialect, lists: Lists): readonly string[] {
  if (dialect.form === 'commands') {
    return [
      ...newChains(dialect),
      ...outboundRules(dialect),
      ...redirectRest(dialect),
      ...inboundRules(dialect),
      ...outboundExclusions(dialect, lists),
      ...inboundExclusions(dialect, lists),
    ];
  }
  const inserted = dialect.exclusions === 'inserted';
  return [
    ...declaredChains(dialect),
    ...inboundRules(dialect),
    ...inboundExclusions(dialect, lists),
    ...outboundRules(dialect),
    ...(lists.dnsProxy ? [DNS_RULE] : []),
    ...(lists.podIpMode ? [podIpRule(dialect)] : []),
    ...(inserted ? redirectRest(dialect) : []),
    ...outboundExclusions(dialect, lists),
    ...(inserted ? [] : inclusions(dialect, lists)),
  ];
}

function newChains({ chains }: Dialect): readonly string[] {
  return [chains.inbound, chains.inRedirect, chains.outbound, chains.outRedirect].map(
    (chain) => `-N ${chain}`,
  );
}

function declaredChains({ chains }: Dialect): readonly string[] {
  return [chains.inbound, chains.inRedirect, chains.outbound, chains.outRedirect].map(
    (chain) => `:${chain} - [0:0]`,
  );
}

function inboundRules({ chains, inboundPort, passedPorts }: Dialect): readonly string[] {
  const { inbound, inRedirect } = chains;
  return [
    `-A ${inRedirect} -p tcp -j REDIRECT --to-port ${inboundPort}`,
    `-A PREROUTING -p tcp -j ${inbound}`,
    ...passedPorts.map((port) => `-A ${inbound} -p tcp --dport ${port} -j RETURN`),
    `-A ${inbound} -p tcp -j ${inRedirect}`,
  ];
}

function outboundRules({ chains, uid, outboundPort, loopbackRules }: Dialect): readonly string[] {
  const { inRedirect, outbound, outRedirect } = chains;
  return [
    `-A ${outRedirect} -p tcp -j REDIRECT --to-port ${outboundPort}`,
    // Dead: it stands behind an unconditional redirect.
    `-A ${outRedirect} -p tcp --dport ${ADMIN_PORT} -j ACCEPT`,
    `-A OUTPUT -p tcp -j ${outbound}`,
    ...(loopbackRules
      ? [
          `-A ${outbound} -o lo ! -d 127.0.0.1/32 -m owner --uid-owner ${uid} -j ${inRedirect}`,
          `-A ${outbound} -o lo -m owner ! --uid-owner ${uid} -j RETURN`,
        ]
      : []),
    `-A ${outbound} -m owner --uid-owner ${uid} -j RETURN`,
    `-A ${outbound} -d 127.0.0.1/32 -j RETURN`,
  ];
}

function redirectRest({ chains }: Dialect): readonly string[] {
  return [`-A ${chains.outbound} -j ${chains.outRedirect}`];
}

function inboundExclusions({ chains }: Dialect, { interfaces, inboundPorts }: Lists): readonly string[] {
  return [
    ...interfaces.map((name) => `-I ${chains.inbound} -i ${name} -j RETURN`),
    ...inboundPorts.map((ports) => `-I ${chains.inbound} ${multiport(ports)} -j RETURN`),
  ];
}

function outboundExclusions(dialect: Dialect, lists: Lists): readonly string[] {
  const { chains, exclusions } = dialect;
  const option = exclusions === 'inserted' ? '-I' : '-A';
  return [
    ...lists.interfaces.map((name) => `-A ${chains.outbound} -o ${name} -j RETURN`),
    ...lists.outboundRanges.map((range) => `${option} ${chains.outbound} -d ${range} -j RETURN`),
    ...lists.outboundPorts.map((ports) => `${option} ${chains.outbound} ${multiport(ports)} -j RETURN`),
  ];
}

/** With a list of included ranges only they are redirected. */
function inclusions(dialect: Dialect, { includedRanges }: Lists): readonly string[] {
  const { outbound, outRedirect } = dialect.chains;
  if (includedRanges.length === 0) return redirectRest(dialect);
  return [
    ...includedRanges.map((range) => `-A ${outbound} -d ${range} -j ${outRedirect}`),
    `-A ${outbound} -j RETURN`,
  ];
}

function multiport(ports: readonly string[]): string {
  return `-p tcp --match multiport --dports ${ports.join(',')}`;
}

/** Envoy's connections to the application go to the pod's address instead of 127.0.0.1. */
function podIpRule({ uid }: Dialect): string {
  return `-I OUTPUT -p tcp -o lo -d 127.0.0.1/32 -m owner --uid-owner ${uid} -j DNAT --to-destination $POD_IP`;
}

/** The one rule about UDP. */
const DNS_RULE = '-A OUTPUT -p udp -d 127.0.0.153 --dport 53 -j DNAT --to-destination 127.0.0.153:5300';
