/**
 * The prober for people and make: `tools` finds or fetches its programs, `measure` prints how fast it is here.
 *
 * Exit status: 0 done, 1 failed, 2 called wrongly.
 */
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { GUIDE_SCRIPTS } from '../../src/testing/guide.ts';
import { randomFrom } from '../../src/testing/random.ts';
import { compareWithKernel, emptyTally } from './differential.ts';
import { BACKENDS } from './job.ts';
import type { Packet } from '../../src/core/iptables/packet.ts';
import { canProbe } from './packet.ts';
import { KernelProber } from './prober.ts';
import { someScript } from './scripts.ts';
import { ensureTools } from './tools.ts';

const USAGE = `usage: main.js tools     find iptables, ip and python3, or fetch them, and print their folders
       main.js measure   ask about 4000 packets a script, and print the verdicts per second
       main.js fuzz [N]  hold the model against the kernel on N verdicts (2,000,000) with scripts never tried before
`;
const SCRIPTS = 60;
const PACKETS = 4000;
const INTERFACES = ['eth0', 'net1'];

async function tools(): Promise<void> {
  const folders = new Set(Object.values(await ensureTools()).map((path) => dirname(path)));
  process.stdout.write(`${[...folders].join('\n')}\n`);
}

async function measure(): Promise<void> {
  const packets = somePackets(PACKETS);
  const prober = await KernelProber.start();
  try {
    for (const backend of BACKENDS) {
      const begun = performance.now();
      const jobs = Array.from({ length: SCRIPTS }, () =>
        prober.run({ backend, script: GUIDE_SCRIPTS.base, interfaces: INTERFACES, packets }),
      );
      const verdicts = (await Promise.all(jobs)).flatMap((answer) => answer.verdicts);
      const seconds = (performance.now() - begun) / 1000;
      const rate = Math.round(verdicts.length / seconds);
      const unknown = verdicts.filter((verdict) => verdict === undefined).length;
      process.stdout.write(
        `${backend}: ${verdicts.length} verdicts on ${SCRIPTS} scripts in ${seconds.toFixed(1)} s, ${rate} a second; ${unknown} undetermined\n`,
      );
    }
  } finally {
    await prober.stop();
  }
}

/** Both backends by turns; prints every disagreement with the script that shows it. */
async function fuzz(wanted: number): Promise<number> {
  if (!Number.isInteger(wanted) || wanted <= 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const seed = Math.floor(Date.now() / 1000);
  const prober = await KernelProber.start();
  const tally = emptyTally();
  const begun = performance.now();
  try {
    for (let round = 0; tally.verdicts < wanted; round += 1) {
      const jobs = Array.from({ length: SCRIPTS }, (_, i) => {
        const script = someScript(i, seed + round, randomFrom(seed * 1000 + round * SCRIPTS + i));
        const backend = BACKENDS[i % 2] ?? 'nft';
        return compareWithKernel(prober, backend, script, PACKETS, randomFrom(seed + round + i), tally);
      });
      await Promise.all(jobs);
      const seconds = Math.round((performance.now() - begun) / 1000);
      process.stdout.write(
        `${tally.verdicts} verdicts on ${tally.scripts} scripts (${tally.unknown} not understood) in ${seconds} s: ${tally.disagreements.length} disagreements, ${tally.undetermined} undetermined\n`,
      );
    }
  } finally {
    await prober.stop();
  }
  for (const disagreement of tally.disagreements.slice(0, 20)) process.stdout.write(`\n${disagreement}\n`);
  process.stdout.write(`seed ${seed}\n`);
  return tally.disagreements.length === 0 ? 0 : 1;
}

/** Packets of all kinds, always the same. */
function somePackets(count: number): readonly Packet[] {
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = <T>(...values: readonly T[]): T => values[random(values.length)]!;
  const packets: Packet[] = [];
  while (packets.length < count) {
    const hook = pick('PREROUTING' as const, 'OUTPUT' as const);
    const packet: Packet = {
      hook,
      protocol: pick('tcp', 'tcp', 'udp'),
      destination: random(2 ** 32),
      port: random(2 ** 16),
      uid: hook === 'OUTPUT' ? pick(0, 1000, 1500) : undefined,
      interface: pick('lo', ...INTERFACES),
    };
    if (canProbe(packet)) packets.push(packet);
  }
  return packets;
}

async function main(command: string): Promise<number> {
  switch (command) {
    case 'tools':
      await tools();
      return 0;
    case 'measure':
      await measure();
      return 0;
    case 'fuzz':
      return fuzz(Number(process.argv[3] ?? 2_000_000));
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main(process.argv[2] ?? '');
} catch (error) {
  process.stderr.write(`kernel prober: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
