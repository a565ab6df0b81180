/**
 * Real networks of processes that look like pods, for the reader of src/kernel: each is a process in a network of its own,
 * and a folder like /proc says that it is of a pod.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Backend } from '../../src/core/iptables/saved-tables.ts';
import { ensureTools, thisMachine, type Tools } from './tools.ts';

/** Programs of the machine, or unpacked ones with what they need to find their libraries. */
export interface ReaderPrograms {
  readonly folders: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export function readerPrograms(tools: Tools): ReaderPrograms {
  const unpacked = thisMachine().cache;
  const folders = [...new Set(Object.values(tools).map(dirname))].filter(
    (folder) => !folder.startsWith(unpacked),
  );
  if (!existsSync(unpacked)) return { folders, environment: {} };
  const lines = readFileSync(join(unpacked, 'environment'), 'utf8').trim().split('\n');
  return {
    folders: ['usr/sbin', 'usr/bin'].map((folder) => join(unpacked, 'root', folder)),
    environment: Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string])),
  };
}

/** Half a sentence where networks cannot be made here; undefined where they can. */
export function whyNoNetworks(): string | undefined {
  try {
    execFileSync('unshare', ['--net', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim().replaceAll('\n', '; ');
  }
}

export interface Rules {
  /** Text for iptables-restore. */
  readonly restore?: Partial<Readonly<Record<Backend, string>>>;
  /** Commands of nft, one a line. */
  readonly nft?: string;
}

export class PodNetworks {
  /** The folder like /proc. */
  readonly proc = mkdtempSync(join(tmpdir(), 'osm-auditor-proc-'));
  readonly tools: Tools;
  readonly #children: ChildProcess[] = [];

  static async start(): Promise<PodNetworks> {
    return new PodNetworks(await ensureTools());
  }

  private constructor(tools: Tools) {
    this.tools = tools;
    // In the network of this machine; not every machine lets root look at its own process 1.
    this.link(1, process.pid, '0::/init.scope');
  }

  /** A process in a new network with these rules, which nobody takes for a pod's yet. */
  async network(rules: Rules = {}, { user = 0 }: { readonly user?: number } = {}): Promise<number> {
    const as = user === 0 ? [] : ['setpriv', `--reuid=${user}`, '--clear-groups'];
    return this.#start(['unshare', '--net', ...as, 'sleep', '3600'], rules);
  }

  /** Another process in the network of `pid`. */
  async beside(pid: number): Promise<number> {
    return this.#start([this.tools.nsenter, `--net=/proc/${pid}/ns/net`, 'sleep', '3600'], {});
  }

  async #start([program = '', ...args]: readonly string[], { restore = {}, nft }: Rules): Promise<number> {
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#children.push(child);
    const { pid } = child;
    if (pid === undefined) throw new Error(`${program} cannot be started`);
    while (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep')) await setTimeout(2);
    for (const [backend, text] of Object.entries(restore)) {
      this.enter(pid, [this.tools[`iptables-${backend as Backend}-restore`]], text);
    }
    if (nft !== undefined) this.enter(pid, [this.tools.nft, '-f', '-'], nft);
    return pid;
  }

  /** Runs a program in the network of `pid`, and returns what it prints. */
  enter(pid: number, command: readonly string[], input = ''): string {
    return execFileSync(this.tools.nsenter, [`--net=/proc/${pid}/ns/net`, ...command], {
      input,
      encoding: 'utf8',
      // What it complains of is in the error.
      stdio: 'pipe',
    });
  }

  /** Has the folder say that process `number` is of that control group and, in truth, `pid`. */
  link(number: number, pid: number, cgroup: string): void {
    const folder = join(this.proc, String(number));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, 'cgroup'), `${cgroup}\n`);
    symlinkSync(`/proc/${pid}/ns`, join(folder, 'ns'));
    symlinkSync(`/proc/${pid}/net`, join(folder, 'net'));
  }

  /** The process is from now on one of the pod. */
  assign(pid: number, id: string): void {
    this.link(pid, pid, cgroupOf(id));
  }

  /** Ends a process, and with its last one the network; the folder knows nothing of it any more. */
  end(pid: number): void {
    this.#children.find((child) => child.pid === pid)?.kill('SIGKILL');
    rmSync(join(this.proc, String(pid)), { recursive: true, force: true });
  }

  inode(pid: number): number {
    return Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0]);
  }

  stop(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.proc, { recursive: true });
  }
}

export function cgroupOf(id: string): string {
  const name = `kubepods-burstable-pod${id.replaceAll('-', '_')}.slice`;
  return `0::/kubepods.slice/kubepods-burstable.slice/${name}/cri-containerd-${'a'.repeat(64)}.scope`;
}

export function podId(number: number): string {
  return `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;
}
