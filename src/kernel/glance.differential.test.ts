/**
 * Glances held against readings in full: after each of many random changes of real networks both tell the same, rules and counters.
 *
 * `N=` says how many changes, `SEED=` which.
 */
import { expect } from 'chai';
import process from 'node:process';
import type { PodNetworks } from '../../e2e/kernel/pod-networks.ts';
import { openNetworks, ReaderPods, timeless } from '../../e2e/kernel/reader-pods.ts';
import type { Backend } from '../core/iptables/saved-tables.ts';
import { natChange, type NatState } from '../testing/nat-changes.ts';
import { randomFrom } from '../testing/random.ts';
import { openLibc } from './libc.ts';
import { NatReader, type NatReading, type ReaderOptions } from './nat-reader.ts';
import { scanProcesses } from './processes.ts';
import { findPrograms } from './programs.ts';

const CHANGES = Number(process.env['N'] ?? 150);
const SEED = Number(process.env['SEED'] ?? 1);
/** In a network that is new each time. */
const CHANGES_OF_ONE = 50;
const LIMITS = { bytes: 1_000_000, milliseconds: 30_000 } as const;

describe('glances and readings in full', function () {
  let pods: PodNetworks;
  let options: Omit<ReaderOptions, 'libc'>;
  let glancing: NatReader;
  let made: ReaderPods | undefined;
  let inFull = 0;

  before(async function () {
    made = await ReaderPods.startOrSkip(this, 'glance at');
    pods = made.networks;
    const { libc, reason } = await openLibc();
    expect(reason).to.equal(undefined);
    const { folders = [], environment = {} } = made.options;
    const programs = findPrograms(folders);
    options = { proc: pods.proc, programs, environment, limits: LIMITS };
    // Asked for once in each reading in full.
    const nft = { get: () => (inFull++, programs.nft), enumerable: true };
    glancing = new NatReader({
      ...options,
      programs: Object.defineProperty({ ...programs }, 'nft', nft),
      libc,
    });
  });
  after(() => made?.stop());

  async function read(reader: NatReader, id: string): Promise<NatReading> {
    const scan = await scanProcesses(pods.proc);
    return timeless(await reader.read(scan.pods.get(id), scan));
  }

  function stateOf(pid: number): NatState {
    const tell = (command: readonly string[]): string => {
      try {
        return pods.enter(pid, command);
      } catch {
        return '';
      }
    };
    return {
      saved: (backend: Backend) => tell([pods.tools[`iptables-${backend}-save`], '-t', 'nat', '-c']),
      ruleset: () => tell([pods.tools.nft, '-a', 'list', 'ruleset']),
    };
  }

  it(`tell the same after each of ${CHANGES} random changes (SEED=${SEED})`, async function () {
    this.timeout(CHANGES * 1000);
    const random = randomFrom(SEED);
    const id = made!.newId();
    const open = openNetworks();
    const seen = { made: 0, recalled: 0, moved: 0 };
    let pid = 0;
    let strange = true;
    for (let i = 0; i < CHANGES; i += 1) {
      if (i % CHANGES_OF_ONE === 0) {
        if (pid !== 0) pods.end(pid);
        pid = await pods.network();
        pods.assign(pid, id);
        strange = !strange;
        pods.enter(pid, [pods.tools.ip, 'link', 'set', 'lo', 'up']);
      }
      const { program, args, input } = natChange(random, stateOf(pid), strange);
      try {
        pods.enter(pid, [program === 'bash' ? program : pods.tools[program], ...args], input);
        seen.made += 1;
      } catch {
        // Some name what is not there. What there is afterwards is what counts.
      }
      const what = `${i}: ${program} ${args.join(' ')} ${input ?? ''}`;
      const started = inFull;
      const remembersNothing = new NatReader({ ...options, libc: undefined });
      const [full, glanced] = await Promise.all([read(remembersNothing, id), read(glancing, id)]);
      expect(glanced, what).to.deep.equal(full);
      if (inFull === started && program === 'bash') seen.moved += 1;
      const again = inFull;
      expect(await read(glancing, id), `${what}, again`).to.deep.equal(full);
      if (inFull === again) seen.recalled += 1;
    }
    expect(openNetworks()).to.equal(open);
    // Otherwise nothing was compared.
    expect(seen.made, 'changes made').to.be.greaterThan(CHANGES / 3);
    expect(seen.recalled, 'readings without a program').to.be.greaterThan(CHANGES / 3);
    expect(seen.moved, 'readings without a program after packets').to.be.greaterThan(CHANGES / 30);
    if (process.env['N'] !== undefined) process.stderr.write(`${JSON.stringify(seen)}\n`);
  });
});
