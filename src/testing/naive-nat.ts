/**
 * A second opinion on what rules do: walks one packet through the text of iptables-save, line by line, in the plainest way.
 *
 * It shares no code with the engine, on purpose: neither its parsers nor its sets nor its walk. It is for tests alone, and
 * knows only the spellings that iptables-save prints.
 */
import type { Packet } from '../core/iptables/packet.ts';

/** undefined when the packet comes back from a chain undecided. */
type Outcome = string | undefined;

/** @returns `bypass`, `redirect 15001` or `dnat 10.0.0.1:80` */
export function naiveVerdict(saved: string, packet: Packet): string {
  const chains = new Map<string, string[][]>();
  for (const line of saved.split('\n')) {
    const declared = /^:(\S+)/.exec(line)?.[1];
    if (declared !== undefined) chains.set(declared, []);
    const [, chain, rest] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (chain !== undefined) chains.get(chain)!.push((rest ?? '').match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []);
  }
  const outcome = walk(chains, packet.hook, packet);
  return outcome ?? 'bypass';
}

function walk(chains: ReadonlyMap<string, string[][]>, chain: string, packet: Packet): Outcome {
  for (const words of chains.get(chain)!) {
    const jump = words.findIndex((word) => word === '-j' || word === '-g');
    const conditions = jump < 0 ? words : words.slice(0, jump);
    if (!holds(conditions, packet) || jump < 0) continue;
    const [option, target = '', , argument = ''] = words.slice(jump);
    if (target === 'RETURN') return undefined;
    if (target === 'ACCEPT') return 'bypass';
    if (target === 'REDIRECT') return `redirect ${argument}`;
    if (target === 'DNAT') return `dnat ${argument}`;
    const inner = walk(chains, target, packet);
    if (inner !== undefined || option === '-g') return inner;
  }
  return undefined;
}

function holds(words: readonly string[], packet: Packet): boolean {
  for (let i = 0; i < words.length; i += 1) {
    const not = words[i] === '!';
    if (not) i += 1;
    const option = words[i]!;
    const argument = words[i + 1] ?? '';
    i += 1;
    if (option === '-m' || option === '--comment') continue;
    if (test(option, argument, packet) === not) return false;
  }
  return true;
}

function test(option: string, argument: string, packet: Packet): boolean {
  const ranges = argument.split(',').map((item) => item.split(/[:-]/).map(Number));
  const inRanges = (value: number): boolean =>
    ranges.some(([from, to = from]) => from! <= value && value <= to!);
  switch (option) {
    case '-d': {
      const [dotted = '', prefix = ''] = argument.split('/');
      const bits = (value: number): string => value.toString(2).padStart(32, '0').slice(0, Number(prefix));
      const network = dotted.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
      return bits(network) === bits(packet.destination);
    }
    case '-p':
      return packet.protocol === argument;
    case '-i':
      return argument === '+' || (packet.hook === 'PREROUTING' && isOf(packet.interface, argument));
    case '-o':
      return argument === '+' || (packet.hook === 'OUTPUT' && isOf(packet.interface, argument));
    case '--dport':
    case '--dports':
      return inRanges(packet.port);
    case '--uid-owner':
      return packet.uid !== undefined && inRanges(packet.uid);
    default:
      throw new Error(`the naive walk does not know ${option}`);
  }
}

/** A plus at the end stands for any characters, or none. */
function isOf(name: string, argument: string): boolean {
  if (!argument.endsWith('+')) return name === argument;
  return name.startsWith(argument.slice(0, -1));
}
