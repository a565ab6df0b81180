/**
 * A traffic difference as people and programs read it: which packets, what should happen to them and what does, one packet
 * that shows it, and the rules that it meets on both sides.
 *
 * The witness is walked through both rule sets here, so what is claimed of the class is seen to hold for it.
 */
import { printAddress } from '../iptables/cidr.ts';
import type { Difference as ClassDifference } from '../iptables/compare.ts';
import { describeClass } from '../iptables/describe.ts';
import type { RuleSet } from '../iptables/model.ts';
import { printVerdict, UNKNOWN, type Packet } from '../iptables/packet.ts';
import { simulate } from '../iptables/simulate.ts';
import { mergeClasses } from '../iptables/traffic-class.ts';
import type { Interfaces } from '../iptables/universe.ts';
import { witness } from '../iptables/witness.ts';

export interface Witness {
  readonly hook: Packet['hook'];
  readonly protocol: Packet['protocol'];
  readonly destination: string;
  readonly port: number;
  /** null where a packet has no owner, as when it comes from another pod. */
  readonly uid: number | null;
  readonly interface: string;
}

export interface Difference {
  /** `tcp from uid not 1500 to 10.0.0.0/8` */
  readonly class: string;
  /** `bypass` or `redirect 15001` */
  readonly expected: string;
  readonly installed: string;
  readonly witness: Witness;
  /** The rules that decide, in the order in which the packet meets them. */
  readonly expectedTrace: readonly string[];
  readonly installedTrace: readonly string[];
  /** Where the kernel was looked into: what happens to the packet there, and the rules that it meets. */
  readonly live?: string;
  readonly liveTrace?: readonly string[];
}

/** Each carries two traces; so many are shown. */
const MOST_SHOWN = 20;

/** Joins what has the same two verdicts and puts it into words. */
export function shownDifferences(
  differences: readonly ClassDifference[],
  interfaces: Interfaces,
  expected: RuleSet,
  installed: RuleSet,
): readonly Difference[] {
  return joined(differences).map((each) => shown(each, interfaces, expected, installed));
}

/** The first of them. */
function joined(differences: readonly ClassDifference[]): readonly ClassDifference[] {
  const groups = new Map<string, ClassDifference[]>();
  for (const each of differences) {
    const key = `${each.hook} ${printVerdict(each.expected)} ${printVerdict(each.installed)}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const merged = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return mergeClasses(group.map(({ packets }) => packets)).map((packets) => ({ ...first, packets }));
  });
  return merged.slice(0, MOST_SHOWN);
}

function shown(
  difference: ClassDifference,
  interfaces: Interfaces,
  expected: RuleSet,
  installed: RuleSet,
): Difference {
  const packet = witness(difference.hook, difference.packets, interfaces);
  return {
    class: describeClass(difference.hook, difference.packets, interfaces),
    expected: printVerdict(difference.expected),
    installed: printVerdict(difference.installed),
    witness: witnessOf(packet),
    expectedTrace: simulate(expected, packet)?.trace ?? [],
    installedTrace: simulate(installed, packet)?.trace ?? [],
  };
}

export interface ThreeRuleSets {
  /** A rule set that is not known is undefined, and what it does to a packet is unknown. */
  readonly expected: RuleSet | undefined;
  readonly installed: RuleSet | undefined;
  readonly live: RuleSet;
}

/** The same where the kernel was looked into; the verdicts are those of the witness. */
export function liveDifferences(
  differences: readonly ClassDifference[],
  interfaces: Interfaces,
  { expected, installed, live }: ThreeRuleSets,
): readonly Difference[] {
  return joined(differences).map(({ hook, packets }) => {
    const packet = witness(hook, packets, interfaces);
    const walk = (
      rules: RuleSet | undefined,
    ): { readonly verdict: string; readonly trace: readonly string[] } => {
      const { verdict, trace } = (rules && simulate(rules, packet)) ?? { verdict: UNKNOWN, trace: [] };
      return { verdict: printVerdict(verdict), trace };
    };
    const [should, script, kernel] = [walk(expected), walk(installed), walk(live)];
    return {
      class: describeClass(hook, packets, interfaces),
      expected: should.verdict,
      installed: script.verdict,
      live: kernel.verdict,
      witness: witnessOf(packet),
      expectedTrace: should.trace,
      installedTrace: script.trace,
      liveTrace: kernel.trace,
    };
  });
}

/** `tcp from uid 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1500` */
export function differenceSentence({
  class: traffic,
  expected,
  installed,
  live,
  witness: packet,
}: Difference): string {
  const from = packet.uid === null ? '' : ` from uid ${packet.uid}`;
  const example = `${packet.destination}:${packet.port}${from}`;
  const verdicts = `expected ${expected}, installed ${installed}${live === undefined ? '' : `, live ${live}`}`;
  return `${traffic}: ${verdicts}; for example ${example}`;
}

function witnessOf(packet: Packet): Witness {
  const { hook, protocol, destination, port, uid } = packet;
  return {
    hook,
    protocol,
    destination: printAddress(destination),
    port,
    uid: uid ?? null,
    interface: packet.interface,
  };
}
