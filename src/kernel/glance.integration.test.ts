/** Glances at the rules of real networks: what the reader answers from memory is what its programs would print. */
import { expect } from 'chai';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { PodNetworks } from '../../e2e/kernel/pod-networks.ts';
import { OSM, readPod, ReaderPods, timeless, type ReaderPod } from '../../e2e/kernel/reader-pods.ts';
import { openKernel, type KernelOptions, type KernelReader } from './kernel.ts';
import type { NatReading } from './nat-reader.ts';
import { findPrograms } from './programs.ts';
import { MOST_RECALLS } from './remembered.ts';

describe('glances at the real kernel', function () {
  this.timeout(120_000);
  let pods: PodNetworks;
  let options: KernelOptions;
  let kernel: KernelReader;
  let made: ReaderPods | undefined;

  before(async function () {
    made = await ReaderPods.startOrSkip(this, 'glance at');
    ({ networks: pods, options } = made);
    kernel = await openKernel(options);
    expect(kernel.whyNoGlances).to.equal(undefined);
  });
  after(() => made?.stop());

  const pod = (...rules: Parameters<ReaderPods['pod']>): Promise<ReaderPod> => made!.pod(...rules);
  const read = (id: string, by = kernel): Promise<NatReading> => readPod(by, id);
  /** By a reader that remembers nothing. */
  const readInFull = async (id: string): Promise<NatReading> => read(id, await openKernel(options));

  const BACKENDS = ['legacy', 'nft'] as const;
  for (const backend of BACKENDS) {
    it(`count what the programs count after real packets: ${backend}`, async () => {
      const { id, pid } = await pod({ restore: { [backend]: OSM } });
      await read(id);
      pods.enter(pid, [pods.tools.ip, 'link', 'set', 'lo', 'up']);
      const connect =
        'import socket\nfor p in (1, 2, 15000): s = socket.socket(); s.settimeout(1); s.connect_ex(("127.0.0.2", p))';
      pods.enter(pid, [pods.tools.python3, '-c', connect]);
      const reading = timeless(await read(id));
      expect(reading).to.deep.equal(timeless(await readInFull(id)));
      expect(JSON.stringify(reading)).to.match(/\[3:180\] -A OUTPUT -p tcp -j OSM_PROXY_OUTBOUND/);
    });
  }

  it('answer without a program while nothing changes, and ask for one once something has', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'osm-auditor-programs-'));
    try {
      for (const backend of BACKENDS) {
        const programs = findPrograms(options.folders ?? []);
        for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(folder, name));
        const own = await openKernel({ ...options, folders: [folder] });
        const { id, pid } = await pod({ restore: { [backend]: OSM } });
        const first = await read(id, own);
        expect(first.kind).to.equal('tables');
        for (const name of Object.keys(programs)) rmSync(join(folder, name));
        expect(await read(id, own)).to.deep.equal(first);
        const replaced = ['-t', 'nat', '-R', 'OUTPUT', '1', '-p', 'udp', '-j', 'OSM_PROXY_OUTBOUND'];
        pods.enter(pid, [pods.tools[`iptables-${backend}`], ...replaced]);
        expect(await read(id, own)).to.include({ kind: 'unreadable', why: 'failed' });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('do not believe for ever what was another only while it was read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'osm-auditor-programs-'));
    try {
      const programs = findPrograms(options.folders ?? []);
      for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(folder, name));
      const own = await openKernel({ ...options, folders: [folder] });
      const { id } = await pod({ restore: { legacy: '*nat\n-A OUTPUT -p tcp -j RETURN\nCOMMIT\n' } });
      const save = join(folder, 'iptables-legacy-save');
      const replace = (protocol: string): string =>
        `${pods.tools['iptables-legacy']} -t nat -R OUTPUT 1 -p ${protocol} -j RETURN`;
      rmSync(save);
      const lines = ['#!/bin/sh', replace('udp'), `${programs['iptables-legacy-save']} "$@"`, replace('tcp')];
      writeFileSync(save, `${lines.join('\n')}\n`, { mode: 0o755 });
      expect(JSON.stringify(await read(id, own))).to.include('-A OUTPUT -p udp -j RETURN');
      rmSync(save);
      symlinkSync(programs['iptables-legacy-save'], save);
      // The kernel is as it was before, and nothing of it tells that it ever was otherwise.
      for (let i = 0; i < MOST_RECALLS; i += 1) await read(id, own);
      expect(JSON.stringify(await read(id, own))).to.include('-A OUTPUT -p tcp -j RETURN');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('know a network from one that came after it with the same inode', async () => {
    const rules = (table: string): string => `add table ip nat ${table}
      add chain ip nat OUTPUT { type nat hook output priority -100 ; }
      add rule ip nat OUTPUT counter return`;
    const { id, pid } = await pod({ nft: rules('') });
    expect(await read(id))
      .to.have.nested.property('saved.nft')
      .that.includes('-A OUTPUT -j RETURN');
    const inode = pods.inode(pid);
    let last = pid;
    // The kernel gives the number away again once the network is gone, which it is not at once.
    for (let tries = 0; tries < 40 && (last === pid || pods.inode(last) !== inode); tries += 1) {
      pods.end(last);
      await setTimeout(50);
      last = await pods.network({ nft: rules('{ flags dormant ; }') });
    }
    expect(pods.inode(last)).to.equal(inode);
    pods.assign(last, id);
    expect(await read(id)).to.deep.equal(await readInFull(id));
  });

  it('make nothing, however often, and leave this thread and its files as they were', async () => {
    const { id, pid } = await pod();
    const { id: busy } = await pod({ restore: { legacy: OSM, nft: OSM } });
    const state = (): readonly string[] => [
      readlinkSync('/proc/thread-self/ns/net'),
      pods.enter(pid, ['cat', '/proc/self/net/ip_tables_names']),
      pods.enter(pid, [pods.tools.nft, 'list', 'ruleset']),
      String(readdirSync('/proc/self/fd').length),
    ];
    await read(id);
    await read(busy);
    const before = state();
    expect(before.slice(1, 3)).to.deep.equal(['', '']);
    const scan = await kernel.scan();
    for (let i = 0; i < 500; i += 1) {
      for (const each of [id, busy]) await kernel.read(scan.pods.get(each), scan);
    }
    expect(state()).to.deep.equal(before);
  });

  it('end the process where it cannot come back', async () => {
    const { pid } = await pod();
    const script = `
      const { openLibc } = await import(${JSON.stringify(new URL('libc.js', import.meta.url).href)});
      const { openSync, readdirSync, readlinkSync, closeSync } = await import('node:fs');
      const { libc } = await openLibc();
      const own = readlinkSync('/proc/thread-self/ns/net');
      libc.inNetwork(openSync('/proc/${pid}/ns/net'), () => {
        for (const fd of readdirSync('/proc/self/fd')) {
          try { if (readlinkSync('/proc/self/fd/' + fd) === own) closeSync(Number(fd)); } catch {}
        }
      });
      console.log('went on');`;
    const ended = await new Promise<{ signal: unknown; said: string }>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout, stderr) =>
        resolve({ signal: error?.signal, said: stdout + String(stderr.split('\n', 1)[0]) }),
      );
    });
    expect(ended).to.deep.equal({
      signal: 'SIGABRT',
      said: 'osm-auditor: cannot return from the network of a pod',
    });
  });

  it('are none where this process may open no more files', async () => {
    const { pid } = await pod();
    const script = `
      const { openLibc } = await import(${JSON.stringify(new URL('libc.js', import.meta.url).href)});
      const { openSync, readlinkSync } = await import('node:fs');
      const { libc } = await openLibc();
      const own = readlinkSync('/proc/thread-self/ns/net');
      const network = openSync('/proc/${pid}/ns/net');
      try { for (;;) openSync('/dev/null'); } catch {}
      const asked = libc.inNetwork(network, () => 'asked');
      console.log(String(asked), own === readlinkSync('/proc/thread-self/ns/net'));`;
    const limited = 'ulimit -n 100 && exec "$0" --input-type=module -e "$1"';
    const said = execFileSync('sh', ['-c', limited, process.execPath, script], { encoding: 'utf8' });
    expect(said).to.equal('undefined true\n');
  });
});
