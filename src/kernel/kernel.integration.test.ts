/** The reader of src/kernel on the real kernel: networks made here, of processes that a folder like /proc says are of pods. */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { cgroupOf, podId, readerPrograms, type PodNetworks } from '../../e2e/kernel/pod-networks.ts';
import { openNetworks, OSM, readPod, ReaderPods, type ReaderPod } from '../../e2e/kernel/reader-pods.ts';
import { repositoryRoot } from '../testing/repository.ts';
import { openKernel, type KernelOptions } from './kernel.ts';
import type { NatReading, NatTables, Unreadable } from './nat-reader.ts';

const run = promisify(execFile);
const REDIRECT = '-A OSM_PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15003';
const NATIVE = `add table inet mesh
add chain inet mesh output { type nat hook output priority -110; }`;
/** A set, for which iptables has no words. */
const NATIVE_IN_NAT = `add table ip nat
add chain ip nat OUTPUT { type nat hook output priority -100; }
add rule ip nat OUTPUT tcp dport { 81, 82 } redirect to :15001`;

describe('the rules of pods in the real kernel', function () {
  this.timeout(60_000);
  let pods: PodNetworks;
  let options: KernelOptions;
  let made: ReaderPods | undefined;

  before(async function () {
    made = await ReaderPods.startOrSkip(this, 'read');
    ({ networks: pods, options } = made);
  });
  after(() => made?.stop());

  const pod = (...rules: Parameters<ReaderPods['pod']>): Promise<ReaderPod> => made!.pod(...rules);
  const read = async (id: string, limits: Partial<KernelOptions> = {}): Promise<NatReading> =>
    readPod(await openKernel({ ...options, ...limits }), id);
  const tablesOf = (pid: number): string =>
    pods.enter(pid, ['cat', '/proc/self/net/ip_tables_names']) +
    pods.enter(pid, [pods.tools.nft, 'list', 'tables']);

  it('are those of the legacy backend', async () => {
    const { id, pid } = await pod({ restore: { legacy: OSM } });
    const reading = await read(id);
    expect(reading).to.deep.include({ kind: 'tables', network: pods.inode(pid), nativeChains: [] });
    if (reading.kind !== 'tables') return;
    expect(reading.saved.legacy).to.include(`[0:0] ${REDIRECT}\n`);
    expect(reading.saved.nft).to.equal('');
  });

  it('are those of nftables', async () => {
    const { id, pid } = await pod({ restore: { nft: OSM } });
    const reading = await read(id);
    expect(reading).to.deep.include({ kind: 'tables', network: pods.inode(pid), nativeChains: [] });
    if (reading.kind !== 'tables') return;
    expect(reading.saved.nft).to.include(`[0:0] ${REDIRECT}\n`);
    expect(reading.saved.legacy).to.equal('');
  });

  it('are those of both where both are there', async () => {
    const { id } = await pod({ restore: { nft: OSM, legacy: OSM } });
    const reading = await read(id);
    expect(reading.kind).to.equal('tables');
    if (reading.kind !== 'tables') return;
    expect(reading.saved.nft).to.include(REDIRECT);
    expect(reading.saved.legacy).to.include(REDIRECT);
  });

  it('are none where there are none, and no table comes to be by looking', async () => {
    const { id, pid } = await pod();
    expect(tablesOf(pid)).to.equal('');
    const none = {
      kind: 'tables',
      network: pods.inode(pid),
      saved: { legacy: '', nft: '' },
      nativeChains: [],
    };
    expect(await read(id)).to.deep.equal(none);
    expect(await read(id)).to.deep.equal(none);
    expect(tablesOf(pid)).to.equal('');
  });

  it('are none of a table that sleeps, and are there again when it is awake', async () => {
    const { id, pid } = await pod({ restore: { nft: OSM } });
    const flagged = async (table: string): Promise<Partial<NatTables>> => {
      pods.enter(pid, [pods.tools.nft, 'add', 'table', 'ip', 'nat', table]);
      const reading = await read(id);
      return reading.kind === 'tables' ? reading : {};
    };
    const sleeping = await flagged('{ flags dormant ; }');
    expect([sleeping.asleep, sleeping.saved?.nft]).to.deep.equal([true, '']);
    const awake = await flagged('{ }');
    expect(awake.asleep).to.equal(undefined);
    expect(awake.saved?.nft).to.include(REDIRECT);
  });

  it('are the same after a look, of either backend', async () => {
    for (const restore of [{ legacy: OSM }, { nft: OSM }]) {
      const { id, pid } = await pod({ restore });
      const rules = (): string => pods.enter(pid, [pods.tools.nft, 'list', 'ruleset']) + tablesOf(pid);
      const before = rules();
      await read(id);
      expect(rules()).to.equal(before);
    }
  });

  it('name chains that iptables cannot show', async () => {
    const native = async (nft: string): Promise<readonly string[] | undefined> => {
      const reading = await read((await pod({ nft })).id);
      return reading.kind === 'tables' ? reading.nativeChains : undefined;
    };
    expect(await native(NATIVE)).to.deep.equal(['inet mesh output']);
    expect(await native(NATIVE_IN_NAT)).to.deep.equal(['ip nat OUTPUT']);
    expect(
      await native('add table ip nat\nadd chain ip nat out { type nat hook output priority -90; }'),
    ).to.deep.equal(['ip nat out']);
  });

  describe('and whose they are', () => {
    it('are the node’s for a pod in its network', async () => {
      const id = made!.newId();
      pods.link(process.pid, process.pid, cgroupOf(id));
      try {
        expect(await read(id)).to.deep.equal({ kind: 'node-network' });
      } finally {
        pods.link(process.pid, process.pid, '0::/');
      }
    });

    it('cannot be told of a pod without processes', async () => {
      const none: Unreadable = {
        kind: 'unreadable',
        why: 'no-process',
        reason: 'no process of the pod runs',
      };
      expect(await read(podId(0))).to.deep.equal(none);
    });

    it('cannot be told of a pod in several networks, and can of several processes in one', async () => {
      const { id, pid } = await pod({ restore: { legacy: OSM } });
      pods.assign(await pods.beside(pid), id);
      expect((await read(id)).kind).to.equal('tables');
      pods.assign(await pods.network(), id);
      expect(await read(id)).to.deep.equal({
        kind: 'unreadable',
        why: 'several-networks',
        reason: 'its processes are in 2 networks',
      });
    });

    /** What happens to the number of the one process between the scan and the reading. */
    const reuses: Readonly<Record<string, (pid: number, id: string, other: number) => void>> = {
      'another pod’s process has it': (pid, _, other) => pods.link(pid, other, cgroupOf(podId(999))),
      'a process of the same pod has it, in another network': (pid, id, other) =>
        pods.link(pid, other, cgroupOf(id)),
      'a process that the other one has beside it has it': (pid) => pods.link(pid, pid, cgroupOf(podId(999))),
      'a process of the node has it': (pid) => pods.link(pid, process.pid, '0::/init.scope'),
      'nobody has it': (pid) => pods.link(pid, 2 ** 22 + 1, '0::/'),
    };
    for (const [what, reuse] of Object.entries(reuses)) {
      it(`are not read by a number that has changed hands: ${what}`, async () => {
        const kernel = await openKernel(options);
        const { id, pid } = await pod({ restore: { legacy: OSM } });
        const other = await pods.network({ restore: { nft: OSM } });
        const scan = await kernel.scan();
        reuse(pid, id, other);
        expect(await kernel.read(scan.pods.get(id), scan)).to.include({
          kind: 'unreadable',
          why: 'no-process',
        });
        // Where another process of the pod is still there, by that one.
        const second = await pods.beside(pid);
        pods.assign(second, id);
        const found = { id, pids: [pid, second], networks: [pods.inode(pid)] };
        expect((await kernel.read(found, scan)).kind).to.equal('tables');
      });
    }
  });

  describe('and what is too much', () => {
    it('is not read to its end, with the reason', async () => {
      const lines = Array.from(
        { length: 20_000 },
        (_, i) => `-A OUTPUT -d 10.${i >> 8}.${i & 255}.1/32 -j RETURN`,
      );
      const { id } = await pod({ restore: { legacy: `*nat\n${lines.join('\n')}\nCOMMIT\n` } });
      expect((await read(id)).kind).to.equal('tables');
      expect(await read(id, { limits: { bytes: 500_000, milliseconds: 60_000 } })).to.deep.equal({
        kind: 'unreadable',
        why: 'failed',
        reason: 'iptables-legacy-save printed more than 0.5 MB',
      });
      const tooSlow = await read(id, { limits: { bytes: 500_000, milliseconds: 1 } });
      // On a busy machine nft has sometimes ended before anybody looks at the clock.
      expect(tooSlow).to.include({ kind: 'unreadable', why: 'failed' });
      expect(tooSlow)
        .to.have.property('reason')
        .that.matches(/^(nft|iptables-legacy-save) did not end within 0\.001 s$/);
    });

    it('leaves no file of a network open', async () => {
      const { id } = await pod({ nft: NATIVE });
      await read(id);
      const before = openNetworks();
      for (let i = 0; i < 20; i += 1) await read(id);
      expect(openNetworks()).to.be.at.most(before);
    });
  });

  describe('and the rights that reading takes', () => {
    const script = join(repositoryRoot, 'build/e2e/kernel/read-once.js');
    const USER = 1337;
    const NEEDED = ['sys_ptrace', 'sys_admin', 'net_admin', 'net_raw'] as const;
    let ids: readonly [legacy: string, nft: string];

    before(async function () {
      if (!existsSync('/usr/bin/setpriv')) {
        process.stderr.write('SKIPPED, which rights reading takes: no setpriv here\n');
        this.skip();
      }
      const legacy = await pod({ restore: { legacy: OSM } }, { user: USER });
      const nft = await pod({ restore: { nft: OSM } }, { user: USER });
      ids = [legacy.id, nft.id];
    });

    /** Of a pod with legacy rules and of one with rules of nftables, by root with these capabilities alone. */
    async function readWith(capabilities: readonly string[]): Promise<readonly NatReading[]> {
      const set = ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
      const as = ['--bounding-set', set, '--inh-caps', '-all'];
      const programs = JSON.stringify(readerPrograms(pods.tools));
      const { stdout } = await run('setpriv', [...as, process.execPath, script, pods.proc, programs, ...ids]);
      return JSON.parse(stdout) as NatReading[];
    }
    const outcome = (reading: NatReading | undefined): string =>
      reading?.kind === 'unreadable' ? `${reading.why}: ${reading.reason}` : String(reading?.kind);

    it('are four, and nothing more of what root may do', async () => {
      expect((await readWith(NEEDED)).map(outcome)).to.deep.equal(['tables', 'tables']);
    });

    const without: Readonly<Record<(typeof NEEDED)[number], readonly [legacy: RegExp, nft: RegExp]>> = {
      sys_ptrace: [/^not-permitted: .* it takes SYS_PTRACE$/, /^not-permitted: .* it takes SYS_PTRACE$/],
      sys_admin: [/^not-permitted: nft ended .*reassociate/, /^not-permitted: nft ended .*reassociate/],
      net_admin: [/^not-permitted: nft ended .*Operation not permitted/, /^not-permitted: nft ended/],
      net_raw: [/^not-permitted: iptables-legacy-save ended .*Permission denied/, /^tables$/],
    };
    for (const name of NEEDED) {
      it(`include ${name.toUpperCase()}: without it the reason is told`, async () => {
        const readings = await readWith(NEEDED.filter((each) => each !== name));
        without[name].forEach((expected, index) => expect(outcome(readings[index])).to.match(expected));
      });
    }

    it('are asked for at the beginning, all that are missing in one sentence', async () => {
      const kernel = join(repositoryRoot, 'build/src/kernel/kernel.js');
      const folders = JSON.stringify(options.folders);
      const call = `(await import(${JSON.stringify(kernel)})).openKernel({folders: ${folders}}).catch((e) => console.log(e.message))`;
      const { stdout } = await run('setpriv', [
        '--bounding-set',
        '-sys_ptrace,-net_raw',
        process.execPath,
        '--input-type=module',
        '-e',
        call,
      ]);
      expect(stdout).to.equal(
        'reading the rules of pods takes capabilities that are missing here: NET_RAW, SYS_PTRACE\n',
      );
    });
  });

  it('are found by a scan of the processes of this machine, however many end meanwhile', async () => {
    const kernel = await openKernel({ ...options, proc: '/proc' });
    const scan = await kernel.scan();
    expect(scan.processes).to.be.greaterThan(2);
  });
});
