/**
 * The pods of this machine by what /proc tells of its processes: which pod each is of, and in which network.
 *
 * Guarantees: a process that ends meanwhile is no error and is not there; timers and sockets get their turn in between;
 * nothing but /proc is read.
 * Limits: a thread that has gone to another network than its process is not seen.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { podOfCgroup } from './cgroup.ts';
import { codeOf } from './system-error.ts';

/** Of one pod; `id` is its uid, or the 32 hex digits that name the cgroup of a static pod. */
export interface PodProcesses {
  readonly id: string;
  readonly pids: readonly number[];
  /** Inodes of the networks that its processes are in; none where they may not be seen. */
  readonly networks: readonly number[];
}

export interface ProcessScan {
  /** By id. */
  readonly pods: ReadonlyMap<string, PodProcesses>;
  /** The inode of process 1's network; undefined where it may not be seen. */
  readonly hostNetwork: number | undefined;
  /** How many were looked at. */
  readonly processes: number;
}

/** Two milliseconds or so. */
const BETWEEN_TURNS = 100;

/** @param proc where the file system of processes is: `/proc` */
export async function scanProcesses(proc: string): Promise<ProcessScan> {
  const pods = new Map<string, { readonly pids: number[]; readonly networks: Set<number> }>();
  const pids = readdirSync(proc).filter((name) => /^[1-9][0-9]*$/.test(name));
  for (const [index, pid] of pids.entries()) {
    if (index % BETWEEN_TURNS === BETWEEN_TURNS - 1) await setImmediate();
    const id = podOf(proc, pid);
    if (id === undefined) continue;
    const network = networkLink(proc, pid);
    if (network === 'ended') continue;
    const pod = pods.get(id) ?? { pids: [], networks: new Set() };
    pod.pids.push(Number(pid));
    if (network !== 'hidden') pod.networks.add(network);
    pods.set(id, pod);
  }
  const host = networkLink(proc, '1');
  return {
    pods: new Map(
      [...pods].map(([id, { pids, networks }]) => [id, { id, pids, networks: [...networks] }] as const),
    ),
    hostNetwork: typeof host === 'number' ? host : undefined,
    processes: pids.length,
  };
}

/** The pod of a process; undefined where it is of none, has ended, or may not be seen. */
export function podOf(proc: string, pid: number | string): string | undefined {
  try {
    return podOfCgroup(readFileSync(`${proc}/${pid}/cgroup`, 'utf8'));
  } catch (error) {
    codeOf(error);
    return undefined;
  }
}

/** The inode of a process's network, as the name of a link has it: `net:[4026532177]`. */
export function networkLink(proc: string, pid: number | string): number | 'hidden' | 'ended' {
  try {
    const inode = /^net:\[([0-9]{1,15})\]$/.exec(readlinkSync(`${proc}/${pid}/ns/net`))?.[1];
    return inode === undefined ? 'ended' : Number(inode);
  } catch (error) {
    const code = codeOf(error);
    return code === 'EACCES' || code === 'EPERM' ? 'hidden' : 'ended';
  }
}
