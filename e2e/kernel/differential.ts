/**
 * Holds the model against the real kernel: the same script, the same packets, and every verdict must be the same, of the
 * walk of single packets as of the traffic classes; what iptables-save prints must be what the model prints.
 */
import { printAddress } from '../../src/core/iptables/cidr.ts';
import { execute } from '../../src/core/iptables/execute.ts';
import type { RuleSet } from '../../src/core/iptables/model.ts';
import { printVerdict, type Packet, type Verdict } from '../../src/core/iptables/packet.ts';
import { printSave } from '../../src/core/iptables/print.ts';
import { propagate } from '../../src/core/iptables/propagate.ts';
import { simulate } from '../../src/core/iptables/simulate.ts';
import { containsPoint } from '../../src/core/iptables/traffic-class.ts';
import { Interfaces, OWN_ADDRESS, pointOf, universe } from '../../src/core/iptables/universe.ts';
import { boundaryPackets } from '../../src/testing/boundary-packets.ts';
import type { Random } from '../../src/testing/random.ts';
import type { Backend, KernelAnswer, KernelVerdict } from './job.ts';
import { canProbe } from './packet.ts';
import type { KernelProber } from './prober.ts';

export const POD_IP = '10.244.0.5';
export const INTERFACES = ['eth0', 'eth1', 'net1'];

export interface Tally {
  scripts: number;
  /** Scripts that are not understood: nothing is claimed of them. */
  unknown: number;
  verdicts: number;
  undetermined: number;
  readonly disagreements: string[];
}

export const emptyTally = (): Tally => ({
  scripts: 0,
  unknown: 0,
  verdicts: 0,
  undetermined: 0,
  disagreements: [],
});

/** Runs one script in the kernel and on the model and adds what was found to the tally. */
export async function compareWithKernel(
  prober: KernelProber,
  backend: Backend,
  script: string,
  packetCount: number,
  random: Random,
  tally: Tally,
): Promise<void> {
  const { rules, ending, refusals, opaque } = execute(script, new Map([['POD_IP', POD_IP]]));
  const understood = ending.kind !== 'not-understood' && opaque.length === 0;
  const packets = understood ? probes(rules, packetCount, random) : [];
  const answer = await prober.run({
    backend,
    script,
    env: { POD_IP },
    podIp: POD_IP,
    interfaces: INTERFACES,
    packets,
  });
  tally.scripts += 1;
  if (!understood) {
    tally.unknown += 1;
    return;
  }
  const complain = (what: string): void => {
    tally.disagreements.push(`${backend}: ${what}\n${script}\n${answer.stderr}`);
  };
  const failed = ending.kind !== 'completed' || ending.status !== 0;
  if (failed !== (answer.status !== 0)) {
    complain(
      `status ${answer.status}, the model says ${refusals.map(({ message }) => message).join()} ${ending.kind}`,
    );
  }
  // iptables-legacy has no table before the first command that works on it.
  const saved = savedBody(answer.saved);
  const printed = printedBy(backend, rules);
  if (saved !== '' && saved !== printed) complain(`iptables-save prints\n${saved}the model\n${printed}`);
  for (const [i, packet] of packets.entries()) {
    const verdict = answer.verdicts[i];
    if (verdict === undefined) {
      tally.undetermined += 1;
      continue;
    }
    tally.verdicts += 1;
    const walked = simulate(rules, packet)?.verdict;
    if (walked === undefined || !sameEffect(walked, verdict, packet, answer)) {
      const model = walked === undefined ? 'given up' : printVerdict(walked);
      complain(`${printPacket(packet)}: the kernel ${JSON.stringify(verdict)}, the walk ${model}`);
    }
  }
  for (const complaint of classDisagreements(rules, packets)) complain(complaint);
}

function probes(rules: RuleSet, count: number, random: Random): readonly Packet[] {
  const packets: Packet[] = [];
  while (packets.length < count) {
    const more = boundaryPackets([rules], INTERFACES, count, random);
    packets.push(
      ...more.filter(
        (packet) => canProbe(packet) && (packet.destination !== OWN_ADDRESS || packet.interface === 'lo'),
      ),
    );
  }
  return packets.slice(0, count);
}

/** Every packet must be in exactly one class, and the class's verdict be that of the walk. */
function classDisagreements(rules: RuleSet, packets: readonly Packet[]): readonly string[] {
  const interfaces = new Interfaces([rules]);
  const outcomes = new Map(
    (['PREROUTING', 'OUTPUT'] as const).map((hook) => {
      return [hook, propagate(rules, hook, universe(hook, interfaces), interfaces)?.outcomes ?? []] as const;
    }),
  );
  return packets.flatMap((packet) => {
    const point = pointOf(packet, interfaces);
    const holding = (outcomes.get(packet.hook) ?? []).filter((outcome) =>
      containsPoint(outcome.packets, point),
    );
    const verdicts = holding.map(({ verdict }) => printVerdict(verdict)).join(' and ');
    const walked = simulate(rules, packet)?.verdict;
    const same = walked !== undefined && verdicts === printVerdict(walked);
    return same ? [] : [`${printPacket(packet)}: the classes say ${verdicts}, the walk does not`];
  });
}

/** Compares what happens, not its name: a redirect to where the packet goes anyway is a bypass to the kernel. */
export function sameEffect(
  verdict: Verdict,
  kernel: KernelVerdict,
  packet: Packet,
  answer: KernelAnswer,
): boolean {
  const [address, port] = effectOf(verdict, packet, answer);
  const [seenAddress, seenPort] =
    kernel.kind === 'bypass' ? [packet.destination, packet.port] : [kernel.address, kernel.port];
  return address === seenAddress && port === seenPort;
}

function effectOf(verdict: Verdict, packet: Packet, answer: KernelAnswer): readonly [number, number] {
  switch (verdict.kind) {
    case 'bypass':
      return [packet.destination, packet.port];
    case 'redirect':
      // In OUTPUT to loopback, in PREROUTING to the address of the interface that the packet came in by.
      return [packet.hook === 'OUTPUT' ? 0x7f000001 : answer.addresses[packet.interface]!, verdict.port];
    case 'dnat':
      return [verdict.address as number, verdict.port ?? packet.port];
    case 'unknown':
      return [-1, -1];
  }
}

/** iptables-legacy leaves out what no packet matches: a rule for no interface at all. */
function printedBy(backend: Backend, rules: RuleSet): string {
  const printed = printSave(rules);
  return backend === 'legacy' ? printed.replaceAll(/ ! -[io] \+(?= |$)/gm, '') : printed;
}

/** The text without its comments, which hold the date. */
function savedBody(saved: string): string {
  return saved
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

export function printPacket({ hook, protocol, destination, port, uid, interface: name }: Packet): string {
  return `${hook} ${protocol} ${printAddress(destination)}:${port} uid ${uid ?? 'none'} ${name}`;
}
