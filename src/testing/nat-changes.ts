/**
 * Random changes of the nat rules of a network, as programs that make them: of both backends of iptables and of nftables itself.
 *
 * Guarantees: the same changes for the same random numbers, as long as the programs print the same. Many change little, so that
 * what was and what is are of the same size; some come to nothing, as they name what is not there.
 */
import type { Backend } from '../core/iptables/saved-tables.ts';
import { osmLines } from './osm-scripts.ts';
import type { Random } from './random.ts';

export type NatProgram = `iptables-${Backend}` | `iptables-${Backend}-restore` | 'nft' | 'bash';

export interface NatChange {
  readonly program: NatProgram;
  readonly args: readonly string[];
  readonly input?: string;
}

/** What is there now. */
export interface NatState {
  /** What the save program of the backend prints, with counters. */
  saved(backend: Backend): string;
  /** What `nft -a list ruleset` prints. */
  ruleset(): string;
}

type Draw = (random: Random, state: NatState) => NatChange;

/** @param strange whether there may be what the save programs do not print as rules, after which little is remembered */
export function natChange(random: Random, state: NatState, strange: boolean): NatChange {
  return random.pick(strange ? [...PLAIN, ...STRANGE] : PLAIN)(random, state);
}

const BUILT_IN = ['PREROUTING', 'INPUT', 'OUTPUT', 'OUTPUT', 'OUTPUT', 'POSTROUTING'] as const;
/** Names that could be taken for something else among them. */
const USERS = [
  'A',
  'B',
  'OSM_PROXY_OUTBOUND',
  'OSM_PROXY_IN_REDIRECT',
  '[1:2]',
  'ERROR',
  'x'.repeat(28),
] as const;
const MATCHES: readonly (readonly string[])[] = [
  [],
  ['-p', 'tcp'],
  ['-p', 'udp'],
  ['-p', 'tcp', '--dport', '80'],
  ['-p', 'tcp', '--dport', '81'],
  ['-p', 'tcp', '-m', 'multiport', '--dports', '80,81'],
  ['-d', '127.0.0.2/32'],
  ['-d', '127.0.0.3/32'],
  ['!', '-d', '10.0.0.0/8'],
  ['-o', 'lo'],
  ['-m', 'owner', '--uid-owner', '0'],
  ['-m', 'owner', '--uid-owner', '1500'],
  ['-m', 'comment', '--comment', '[7:420] -A OUTPUT'],
  ['-m', 'mark', '--mark', '1'],
  ['-m', 'limit', '--limit', '5/sec'],
  ['-m', 'statistic', '--mode', 'nth', '--every', '2', '--packet', '0'],
  ['-m', 'quota', '--quota', '100'],
  ['-m', 'recent', '--name', 'seen', '--set'],
];

const chainOf = (random: Random): string => random.pick(random.below(3) === 0 ? USERS : BUILT_IN);
const backendOf = (random: Random): Backend => random.pick(['legacy', 'nft']);
const placeOf = (random: Random): string => String(1 + random.below(3));

function targetOf(random: Random): readonly string[] {
  return random.pick([
    [],
    ['-j', 'RETURN'],
    ['-j', 'ACCEPT'],
    ['-j', random.pick(USERS)],
    ['-g', random.pick(USERS)],
    ['-p', 'tcp', '-j', 'REDIRECT', '--to-ports', random.pick(['15001', '15003'])],
    ['-j', 'DNAT', '--to-destination', random.pick(['127.0.0.1', '127.0.0.9'])],
  ]);
}

function ruleOf(random: Random): readonly string[] {
  const match = random.pick(MATCHES);
  const target = targetOf(random);
  // A protocol is told once.
  return match[0] === '-p' && target[0] === '-p' ? [...match, ...target.slice(2)] : [...match, ...target];
}

function iptables(of: (random: Random) => readonly string[], table = 'nat'): Draw {
  return (random) => ({ program: `iptables-${backendOf(random)}`, args: ['-t', table, ...of(random)] });
}

function nft(of: (random: Random, state: NatState) => string): Draw {
  return (random, state) => ({ program: 'nft', args: ['-f', '-'], input: of(random, state) });
}

/** What can be another in rules without their length being another. */
const EDITS: readonly (readonly [string | RegExp, string])[] = [
  ['--dport 80', '--dport 81'],
  ['--dport 6379', '--dport 6380'],
  ['-j RETURN', '-j ACCEPT'],
  ['-j ACCEPT', '-j RETURN'],
  ['--to-ports 15001', '--to-ports 15003'],
  ['--uid-owner 1500', '--uid-owner 1501'],
  ['127.0.0.2', '127.0.0.3'],
  // The first two rules of a chain in the other order.
  [/^(.* -A (\S+).*\n)(.* -A \2.*\n)/m, '$3$1'],
  [/^\[\d+:\d+\] (-A .*)$/m, '[18446744073709551615:18446744073709551614] $1'],
  [/^(:OUTPUT \S+) .*$/m, '$1 [5:300]'],
];

/** The rules as they are but for one thing, with the counters or without. */
const RESTORE: Draw = (random, state) => {
  const backend = backendOf(random);
  const text = state.saved(backend);
  const edited = EDITS.map(([from, to]) => text.replace(from, to)).filter((each) => each !== text);
  const args = random.pick([[], [], ['--counters'], ['--counters'], ['--noflush']]);
  return { program: `iptables-${backend}-restore`, args, input: random.pick([text, ...edited, ...edited]) };
};

/** What OSM installs, beside what is there. */
const INSTALL: Draw = (random) => ({
  program: `iptables-${backendOf(random)}-restore`,
  args: ['--noflush'],
  input: `*nat\n${osmLines('R4', { ports: [6379] }).join('\n')}\nCOMMIT\n`,
});

const NATIVE_CHAINS = [
  'ip nat OUTPUT { type nat hook output priority -100 ; }',
  'ip nat OUTPUT { type nat hook output priority -90 ; }',
  'ip nat out { type nat hook output priority -100 ; }',
  'ip nat A',
  'inet mesh output { type nat hook output priority -110 ; }',
  'inet mesh filter { type filter hook output priority 0 ; }',
  'ip6 nat OUTPUT { type nat hook output priority -100 ; }',
];
const NATIVE_RULES = [
  'meta l4proto tcp counter redirect to :15001',
  'meta l4proto tcp redirect to :15001',
  'tcp dport { 80, 81 } counter return',
  'tcp dport @ports counter redirect to :15001',
  'counter dnat to ip daddr map @to',
  'counter counter return',
  'counter name seen return',
  'limit rate 5/second counter return',
  'quota 100 mbytes counter return',
];

/** A rule of table `ip nat` as nft names it to change it: `OUTPUT handle 7`. */
function ruleIn(ruleset: string, random: Random): string {
  const rules: string[] = [];
  let table = '';
  let chain = '';
  for (const line of ruleset.split('\n')) {
    table = /^table (.*) \{/.exec(line)?.[1] ?? table;
    chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? chain;
    const handle = /^\t\t\S.* # handle (\d+)$/.exec(line)?.[1];
    if (table === 'ip nat' && handle !== undefined) rules.push(`${chain} handle ${handle}`);
  }
  return rules.length === 0 ? 'OUTPUT handle 1' : random.pick(rules);
}

/** Of another set of packets than before, most of them new connections. */
const TRAFFIC: Draw = (random) => {
  const to = (): string =>
    `/dev/${random.pick(['tcp', 'udp'])}/127.0.0.${2 + random.below(2)}/${80 + random.below(2)}`;
  const lines = Array.from({ length: 1 + random.below(4) }, () => `(echo > ${to()}) 2> /dev/null`);
  return { program: 'bash', args: ['-c', [...lines, 'true'].join('\n')] };
};

/** As often as the number says. */
function weighted(draws: readonly (readonly [number, Draw])[]): readonly Draw[] {
  return draws.flatMap(([often, draw]) => Array.from({ length: often }, () => draw));
}

const PLAIN = weighted([
  [10, iptables((random) => ['-A', chainOf(random), ...ruleOf(random)])],
  [2, iptables((random) => ['-A', chainOf(random), ...ruleOf(random), '-c', '7', '420'])],
  [4, iptables((random) => ['-I', chainOf(random), placeOf(random), ...ruleOf(random)])],
  [6, iptables((random) => ['-R', chainOf(random), placeOf(random), ...ruleOf(random)])],
  [4, iptables((random) => ['-D', chainOf(random), placeOf(random)])],
  [1, iptables((random) => ['-D', chainOf(random), ...ruleOf(random)])],
  [4, iptables((random) => ['-N', random.pick(USERS)])],
  [2, iptables((random) => ['-E', random.pick(USERS), random.pick(USERS)])],
  [1, iptables((random) => ['-F', chainOf(random)])],
  [1, iptables(() => ['-X'])],
  [1, iptables(() => ['-Z'])],
  [1, iptables((random) => ['-Z', chainOf(random), placeOf(random)])],
  [1, iptables((random) => ['-P', 'OUTPUT', random.pick(['ACCEPT', 'DROP'])])],
  [1, iptables((random) => ['-A', 'OUTPUT', '-p', random.pick(['udp', 'icmp'])], 'filter')],
  [4, INSTALL],
  [12, RESTORE],
  [14, TRAFFIC],
]);

const STRANGE = weighted([
  [1, iptables(() => ['-A', 'OUTPUT', '-m', 'comment', '--comment', 'a\n[7:420] -A OUTPUT'])],
  [2, nft((random) => `add chain ${random.pick(NATIVE_CHAINS)}`)],
  [1, nft(() => 'add table inet mesh')],
  [2, nft((random) => `add rule ip nat ${random.pick(BUILT_IN)} ${random.pick(NATIVE_RULES)}`)],
  [1, nft((random) => `insert rule ip nat ${random.pick(BUILT_IN)} ${random.pick(NATIVE_RULES)}`)],
  [
    3,
    nft(
      (random, state) =>
        `replace rule ip nat ${ruleIn(state.ruleset(), random)} ${random.pick(NATIVE_RULES)}`,
    ),
  ],
  [4, nft((random, state) => `delete rule ip nat ${ruleIn(state.ruleset(), random)}`)],
  [1, nft((random) => `rename chain ip nat ${random.pick(USERS)} ${random.pick(USERS)}`)],
  [1, nft(() => 'add set ip nat ports { type inet_service ; }')],
  [1, nft((random) => `add element ip nat ports { ${80 + random.below(4)} }`)],
  [1, nft(() => 'add map ip nat to { type ipv4_addr : ipv4_addr ; }')],
  [1, nft(() => 'add counter ip nat seen')],
  [1, nft(() => 'reset counters')],
  [1, nft(() => 'add table ip nat { flags dormant ; }')],
  [2, nft(() => 'add table ip nat')],
  // The same again, in one transaction.
  [2, nft((_, state) => `flush ruleset\n${state.ruleset().replaceAll(/ # handle \d+$/gm, '')}`)],
  [1, nft(() => 'delete table ip nat')],
  [1, nft(() => 'flush table ip nat')],
  [1, nft(() => 'flush ruleset')],
]);
