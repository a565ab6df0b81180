/**
 * Random rule sets for property tests and for the comparison with the kernel: everything that the model understands, with
 * values from small pools so that rules meet, overlap and miss by one.
 */
import fc from 'fast-check';
import { network } from '../core/iptables/cidr.ts';
import type { Match, PortRange, Rule, RuleSet, Target } from '../core/iptables/model.ts';
import type { Packet } from '../core/iptables/packet.ts';

/** Addresses that rules and packets have in common: in, beside and at the ends of the networks below. */
export const ADDRESSES = [
  0x0a000000, 0x0a000001, 0x0a0000ff, 0x0a000100, 0x0a01ffff, 0x0a020304, 0x0affffff, 0x0b000000, 0x7f000001,
  0x7f000002, 0x7f0000fe, 0xac100a05, 0xc0a80105, 0xcb00710a, 0xdfffff01,
];
const PORTS = [1, 22, 79, 80, 81, 443, 1000, 1023, 1024, 8080, 15000, 15001, 15003, 15010, 65534, 65535];
const UIDS = [0, 1, 999, 1000, 1001, 1499, 1500, 1501];
const INTERFACES = ['eth0', 'eth1', 'net1'];
/** With prefixes of those and of lo, one inside another, some of which hold nothing that packets come by. */
const INTERFACE_PATTERNS = ['eth+', 'eth0+', 'e+', 'net+', 'n+', 'lo+', 'l+', 'eth++', 'x+', '+'];
/** And some that rules do not name, at the edges of what prefixes hold. */
const OTHER_INTERFACES = ['eth', 'eth00', 'et', 'eth+', 'eth+0', 'loop', 'n', 'other'];

const negated = fc.boolean().map((value) => value);
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 3 });

const cidr = fc
  .tuple(fc.constantFrom(...ADDRESSES), fc.constantFrom(1, 4, 8, 9, 15, 16, 23, 24, 31, 32))
  .map(([address, prefix]) => network(address, prefix));

const port = fc.constantFrom(...PORTS);
const range: fc.Arbitrary<PortRange> = fc
  .tuple(port, port)
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const listItem = fc.oneof(
  port.map((n): PortRange => ({ from: n, to: n })),
  range.filter(({ from, to }) => from < to),
);

const portMatch = (protocol: 'tcp' | 'udp'): fc.Arbitrary<Match> =>
  fc.oneof(
    // A negated list of all ports is outside the model.
    fc.record({
      kind: fc.constant('destination-port' as const),
      protocol: fc.constant(protocol),
      ports: range.filter(({ from, to }) => from > 0 || to < 65535),
      negated,
    }),
    fc.constant<Match>({
      kind: 'destination-port',
      protocol,
      ports: { from: 0, to: 65535 },
      negated: false,
    }),
    fc.record({
      kind: fc.constant('multiport' as const),
      ports: fc.array(listItem, { minLength: 1, maxLength: 7 }),
      negated,
    }),
  );

const owner: fc.Arbitrary<Match> = fc
  .tuple(fc.constantFrom(...UIDS), fc.constantFrom(0, 0, 0, 1, 500), negated)
  .map(([from, more, not]) => ({ kind: 'owner', from, to: from + more, negated: not }));

const commentText = fc.constantFrom('plain', 'two words', 'a "quote"', 'back\\slash', "it's", 'x-y_z', '');

interface RuleShape {
  readonly owners: boolean;
  readonly interfaces: readonly ('in-interface' | 'out-interface')[];
  readonly chains: readonly string[];
}

function rule({ owners, interfaces, chains }: RuleShape): fc.Arbitrary<Rule> {
  const direction = interfaces.length === 0 ? fc.constant(undefined) : fc.constantFrom(...interfaces);
  return fc
    .record({
      destination: rarely(fc.record({ kind: fc.constant('destination' as const), network: cidr, negated })),
      interfaceName: rarely(
        fc.oneof(fc.constantFrom('lo', ...INTERFACES), fc.constantFrom(...INTERFACE_PATTERNS)),
      ),
      direction,
      interfaceNegated: negated,
      protocol: fc.constantFrom('tcp' as const, 'tcp' as const, 'tcp' as const, 'udp' as const, undefined),
      protocolNegated: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      withPort: fc.boolean(),
      tcpPort: portMatch('tcp'),
      udpPort: portMatch('udp'),
      owner: rarely(owner),
      comment: fc.option(commentText, { nil: undefined, freq: 1 }),
      ending: fc.integer({ min: 0, max: 99 }),
      redirectTo: fc.constantFrom(15001, 15003),
      chain: fc.nat(),
      dnatPort: rarely(fc.constantFrom(9000, 15006)),
    })
    .map((draft): Rule => {
      const { destination, protocol, direction: kind, interfaceName } = draft;
      const not = protocol !== undefined && draft.protocolNegated;
      const matches: Match[] = [];
      if (destination !== undefined) matches.push(destination);
      // What asks for no interface is not printed.
      if (kind !== undefined && interfaceName !== undefined)
        matches.push({ kind, name: interfaceName, negated: draft.interfaceNegated || interfaceName === '+' });
      if (protocol !== undefined) matches.push({ kind: 'protocol', protocol, negated: not });
      const modules: Match[] = [];
      if (protocol !== undefined && !not && draft.withPort)
        modules.push(protocol === 'tcp' ? draft.tcpPort : draft.udpPort);
      if (owners && draft.owner !== undefined) modules.push(draft.owner);
      if (draft.comment !== undefined) modules.push({ kind: 'comment', text: draft.comment });
      if (draft.ending % 2 === 0) modules.reverse();
      const target = targetOf(draft.ending, chains, draft);
      const needsPort = target.kind === 'redirect' || (target.kind === 'dnat' && target.port !== undefined);
      // Where sending elsewhere needs a protocol and there is none, the packet is let go instead.
      const possible = !needsPort || (protocol !== undefined && !not);
      return { matches: [...matches, ...modules], target: possible ? target : { kind: 'accept' } };
    });
}

function targetOf(
  ending: number,
  chains: readonly string[],
  draft: { readonly redirectTo: number; readonly chain: number; readonly dnatPort: number | undefined },
): Target {
  if (ending < 25) return { kind: 'return' };
  if (ending < 33) return { kind: 'accept' };
  if (ending < 50) return { kind: 'redirect', port: draft.redirectTo };
  if (ending < 57) return { kind: 'dnat', address: 0x0a0a0a0a, port: draft.dnatPort };
  if (ending < 62) return { kind: 'none' };
  const chain = chains[draft.chain % Math.max(1, chains.length)];
  if (chain === undefined) return { kind: 'return' };
  return { kind: ending < 70 ? 'goto' : 'jump', chain };
}

const FREE_CHAINS = ['C1', 'C2', 'C3', 'C4', 'C5'];

/** Rules as they can stand in one chain, for reading and printing. */
export const anyRule: fc.Arbitrary<Rule> = rule({
  owners: true,
  interfaces: ['in-interface', 'out-interface'],
  chains: FREE_CHAINS,
});

/**
 * Rule sets that the kernel takes: chains call only those behind them, and what inbound packets can reach asks for no owner.
 * OUTPUT calls C1 to C5, PREROUTING the last two of them.
 */
export const anyRuleSet: fc.Arbitrary<RuleSet> = fc
  .tuple(
    fc.array(rule({ owners: false, interfaces: ['in-interface'], chains: ['C4', 'C5'] }), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.array(rule({ owners: true, interfaces: ['out-interface'], chains: FREE_CHAINS }), {
      minLength: 1,
      maxLength: 6,
    }),
    ...FREE_CHAINS.map((_, i) =>
      fc.array(
        rule({
          owners: i < 3,
          interfaces: ['in-interface', 'out-interface'],
          chains: FREE_CHAINS.slice(i + 1),
        }),
        { maxLength: 6 },
      ),
    ),
  )
  .map(([prerouting, output, ...own]): RuleSet => {
    const chains: (readonly [string, readonly Rule[]])[] = [
      ['PREROUTING', prerouting],
      ['INPUT', []],
      ['OUTPUT', output],
      ['POSTROUTING', []],
    ];
    return { chains: new Map([...chains, ...FREE_CHAINS.map((name, i) => [name, own[i] ?? []] as const)]) };
  });

const address = fc
  .tuple(fc.constantFrom(...ADDRESSES), fc.constantFrom(-1, 0, 0, 1))
  .map(([value, off]) => value + off);
const packetPort = fc
  .tuple(port, fc.constantFrom(-1, 0, 0, 1))
  .map(([value, off]) => Math.min(65535, Math.max(1, value + off)));
const packetUid = fc
  .tuple(fc.constantFrom(...UIDS), fc.constantFrom(0, 0, 1, 500))
  .map(([value, off]) => value + off);
const packetProtocol = fc.constantFrom('tcp' as const, 'tcp' as const, 'tcp' as const, 'udp' as const);

/** Packets that can exist, near the values that rules are made of. */
export const anyPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc
    .record({
      hook: fc.constant('OUTPUT' as const),
      protocol: packetProtocol,
      destination: address,
      port: packetPort,
      uid: packetUid,
      interface: fc.oneof(fc.constantFrom('lo', ...INTERFACES), fc.constantFrom(...OTHER_INTERFACES)),
    })
    .map((packet): Packet => ({
      ...packet,
      interface: isLoopback(packet.destination) ? 'lo' : packet.interface,
    })),
  fc.record({
    hook: fc.constant('PREROUTING' as const),
    protocol: packetProtocol,
    destination: address.filter((value) => !isLoopback(value)),
    port: packetPort,
    uid: fc.constant(undefined),
    interface: fc.constantFrom(...INTERFACES, ...OTHER_INTERFACES),
  }),
);

function isLoopback(value: number): boolean {
  return value >>> 24 === 127;
}

/** The script that makes a rule set, command by command. */
export function scriptOf(lines: readonly string[]): string {
  return lines.map((line) => `iptables -t nat ${line}`).join(' && ');
}
