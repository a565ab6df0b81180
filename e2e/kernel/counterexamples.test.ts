/**
 * What the comparison says about mutants of OSM's scripts, replayed: each counterexample, and packets drawn from each
 * class, must differ in the kernel exactly as claimed, and packets of no class must not differ at all.
 */
import { expect } from 'chai';
import { compare, type Comparison, type Difference } from '../../src/core/iptables/compare.ts';
import { describeClass } from '../../src/core/iptables/describe.ts';
import { execute } from '../../src/core/iptables/execute.ts';
import type { Execution } from '../../src/core/iptables/execution.ts';
import type { Packet } from '../../src/core/iptables/packet.ts';
import { containsPoint } from '../../src/core/iptables/traffic-class.ts';
import { OWN_ADDRESS, pointOf } from '../../src/core/iptables/universe.ts';
import { witness } from '../../src/core/iptables/witness.ts';
import { boundaryPackets } from '../../src/testing/boundary-packets.ts';
import { packetsIn } from '../../src/testing/packets-in-class.ts';
import { randomFrom, type Random } from '../../src/testing/random.ts';
import { mutate } from '../../src/testing/script-mutants.ts';
import { INTERFACES, POD_IP, printPacket, sameEffect } from './differential.ts';
import { BACKENDS, type Backend, type KernelAnswer } from './job.ts';
import { canProbe } from './packet.ts';
import type { KernelProber } from './prober.ts';
import { scriptFrom, someOsmScript } from './scripts.ts';
import { proberOrSkip } from './testing.ts';

const PAIRS = 80;
const PACKETS_OF_A_CLASS = 15;
const OTHER_PACKETS = 300;
const SEED = 11;

interface Pair {
  readonly scripts: readonly [string, string];
  readonly comparison: Comparison;
  readonly packets: readonly Packet[];
}

const run = (script: string): Execution => execute(script, new Map([['POD_IP', POD_IP]]));

function somePair(random: Random): Pair | undefined {
  const { release, lines } = someOsmScript(random);
  const scripts = [scriptFrom(release, lines), scriptFrom(release, mutate(lines, random))] as const;
  const [expected, installed] = scripts.map(run) as [Execution, Execution];
  if (expected.ending.kind !== 'completed' || installed.ending.kind !== 'completed') return undefined;
  const comparison = compare(expected.rules, installed.rules);
  if (comparison === undefined) return undefined;
  const claimed = comparison.differences.flatMap(({ hook, packets }) => [
    witness(hook, packets, comparison.interfaces),
    ...packetsIn(hook, packets, comparison.interfaces, PACKETS_OF_A_CLASS, random),
  ]);
  const others = boundaryPackets([expected.rules, installed.rules], INTERFACES, OTHER_PACKETS, random);
  return { scripts, comparison, packets: [...claimed, ...others].filter(possible) };
}

/** The pod's own address leaves by lo alone, and only interfaces that are there can be used. */
function possible(packet: Packet): boolean {
  const own = packet.hook === 'OUTPUT' && packet.destination === OWN_ADDRESS;
  const there = packet.interface === 'lo' || INTERFACES.includes(packet.interface);
  return canProbe(packet) && there && (!own || packet.interface === 'lo');
}

for (const backend of BACKENDS) {
  describe(`counterexamples in the kernel (${backend})`, function () {
    this.timeout(300_000);
    let prober: KernelProber | undefined;
    before(async function () {
      prober = await proberOrSkip(this, backend);
    });
    after(() => prober?.stop());

    it('are confirmed, every one, and nothing else differs', async () => {
      const pairs = Array.from({ length: PAIRS }, (_, i) => somePair(randomFrom(SEED * 1000 + i)));
      const told = pairs.filter((pair) => pair !== undefined);
      const wrong = (await Promise.all(told.map((pair) => refuted(prober!, backend, pair)))).flat();
      expect(wrong.join('\n')).to.equal('');
      const differences = told.flatMap(({ comparison }) => comparison.differences);
      expect(differences.length).to.be.greaterThan(80);
    });
  });
}

/** What the kernel does otherwise than claimed. */
async function refuted(prober: KernelProber, backend: Backend, pair: Pair): Promise<readonly string[]> {
  const { scripts, comparison, packets } = pair;
  const ask = (script: string): Promise<KernelAnswer> =>
    prober.run({ backend, script, env: { POD_IP }, podIp: POD_IP, interfaces: INTERFACES, packets });
  const [should, does] = await Promise.all(scripts.map(ask));
  return packets.flatMap((packet, i) => {
    const [wanted, present] = [should!.verdicts[i], does!.verdicts[i]];
    if (wanted === undefined || present === undefined) return [];
    const point = pointOf(packet, comparison.interfaces);
    const classes = comparison.differences.filter(
      ({ hook, packets: box }) => hook === packet.hook && containsPoint(box, point),
    );
    const complaint = (what: string): readonly string[] => [
      `${what}: ${printPacket(packet)}\n${scripts.join('\n')}`,
    ];
    const [only, second] = classes;
    if (second !== undefined) return complaint('in two classes');
    if (only === undefined) {
      return JSON.stringify(wanted) === JSON.stringify(present)
        ? []
        : complaint('differs, and is in no class');
    }
    const asClaimed =
      sameEffect(only.expected, wanted, packet, should!) &&
      sameEffect(only.installed, present, packet, does!);
    return asClaimed ? [] : complaint(`not as claimed of ${sentence(only, comparison)}`);
  });
}

function sentence({ hook, packets }: Difference, { interfaces }: Comparison): string {
  return describeClass(hook, packets, interfaces);
}
