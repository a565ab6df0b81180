/**
 * Prints rules as iptables-save spells them: the normal form in which equal text means equal rules.
 *
 * Guarantees: what `printSave` prints for a table that the model understands is what `iptables-save -t nat` prints between
 * its comments, byte for byte, on both backends (1.8.9); reading it gives the same rules.
 * Limits: iptables-legacy leaves `! -o +` out, which no packet matches, as if every packet did. It is printed here.
 */
import { printCidr } from './cidr.ts';
import { EVERY_INTERFACE } from './interface-name.ts';
import { BUILT_IN_CHAINS, isBuiltIn, type Match, type Rule, type RuleSet, type Target } from './model.ts';
import { printNatAddress } from './packet.ts';
import { printPortRange } from './ports.ts';

type InterfaceMatch = Extract<Match, { readonly kind: 'in-interface' | 'out-interface' }>;

/** `-d 127.0.0.1/32 -j RETURN`: the rule without its chain. */
export function printRule(rule: Rule): string {
  return [...rule.matches.map(printMatch), printTarget(rule.target)].filter((text) => text !== '').join(' ');
}

/** `-A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN` */
export function printAppend(chain: string, rule: Rule): string {
  return `-A ${chain} ${printRule(rule)}`.trimEnd();
}

/** The text of `iptables-save -t nat` for a table that no packet has met yet: chains sorted by name, the built-in ones first. */
export function printSave(rules: RuleSet): string {
  const own = [...rules.chains.keys()].filter((name) => !isBuiltIn(name)).sort(byBytes);
  const order = [...BUILT_IN_CHAINS, ...own];
  const lines = [
    '*nat',
    ...BUILT_IN_CHAINS.map((name) => `:${name} ACCEPT [0:0]`),
    ...own.map((name) => `:${name} - [0:0]`),
    ...order.flatMap((name) => (rules.chains.get(name) ?? []).map((rule) => printAppend(name, rule))),
    'COMMIT',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** One `-N` or `-A` line for each chain and rule, in the order in which they were made. */
export function printRuleSet(rules: RuleSet): readonly string[] {
  const chains = [...rules.chains].map(([name, list]) => ({ name, list }));
  const created = chains.filter(({ name }) => !isBuiltIn(name)).map(({ name }) => `-N ${name}`);
  return [...created, ...chains.flatMap(({ name, list }) => list.map((rule) => printAppend(name, rule)))];
}

/** `! -d 10.0.0.0/8` or `-m owner --uid-owner 1500` */
export function printMatch(match: Match): string {
  switch (match.kind) {
    case 'destination':
      return `${not(match)}-d ${printCidr(match.network)}`;
    case 'in-interface':
      return printInterface('-i', match);
    case 'out-interface':
      return printInterface('-o', match);
    case 'protocol':
      return `${not(match)}-p ${match.protocol}`;
    case 'destination-port': {
      const { from, to } = match.ports;
      const all = from === 0 && to === 65535;
      return `-m ${match.protocol}${all ? '' : ` ${not(match)}--dport ${printPortRange(match.ports)}`}`;
    }
    case 'multiport':
      return `-m multiport ${not(match)}--dports ${match.ports.map(printPortRange).join(',')}`;
    case 'owner': {
      const users = match.from === match.to ? `${match.from}` : `${match.from}-${match.to}`;
      return `-m owner ${not(match)}--uid-owner ${users}`;
    }
    case 'comment':
      return `-m comment --comment ${quoted(match.text)}`;
    case 'opaque':
      return match.text;
  }
}

/** Both backends leave out what asks for nothing. */
function printInterface(option: '-i' | '-o', match: InterfaceMatch): string {
  return match.name === EVERY_INTERFACE && !match.negated ? '' : `${not(match)}${option} ${match.name}`;
}

function not({ negated }: { readonly negated: boolean }): string {
  return negated ? '! ' : '';
}

function printTarget(target: Target): string {
  switch (target.kind) {
    case 'accept':
      return '-j ACCEPT';
    case 'return':
      return '-j RETURN';
    case 'redirect':
      return `-j REDIRECT --to-ports ${target.port}`;
    case 'dnat':
      return `-j DNAT --to-destination ${printNatAddress(target.address, target.port)}`;
    case 'jump':
      return `-j ${target.chain}`;
    case 'goto':
      return `-g ${target.chain}`;
    case 'none':
      return '';
    case 'opaque':
      return target.text;
  }
}

/** xtables quotes what is not made of plain characters alone, and escapes quotes and backslashes. */
function quoted(text: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(text)) return text;
  return `"${text.replace(/["\\']/g, (character) => `\\${character}`)}"`;
}

/** As strcmp compares: the names of chains are ASCII. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
