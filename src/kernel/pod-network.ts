/**
 * Opens the network of a pod through one of its processes.
 *
 * Guarantees: what is open is the network that the scan saw, of a process that is the pod's own: both are looked at again
 * once it is open, and from then on it cannot become another, whatever happens to the process and its number.
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { networkLink, podOf, type PodProcesses } from './processes.ts';
import { codeOf } from './system-error.ts';

export interface OpenNetwork {
  readonly kind: 'open';
  /** For the caller to close. */
  readonly descriptor: number;
  readonly legacyNat: boolean;
}

export type PodNetwork =
  | OpenNetwork
  | { readonly kind: 'ended' }
  /** `reason` is half a sentence. */
  | { readonly kind: 'not-permitted' | 'failed'; readonly reason: string };

/** @param inode of the one network that the pod has */
export function openPodNetwork(proc: string, pod: PodProcesses, inode: number): PodNetwork {
  let refused: PodNetwork = { kind: 'ended' };
  for (const pid of pod.pids) {
    const opened = throughProcess(proc, pid, pod.id, inode);
    if (opened.kind === 'open') return opened;
    if (opened.kind !== 'ended') refused = opened;
  }
  return refused;
}

function throughProcess(proc: string, pid: number, id: string, inode: number): PodNetwork {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(`${proc}/${pid}/ns/net`, 'r');
    const legacyNat = hasLegacyNat(proc, pid);
    // Both went by the number of the process. Whose it was is asked afterwards, so that the answer holds for both.
    const isSame = fstatSync(descriptor).ino === inode && networkLink(proc, pid) === inode;
    if (isSame && podOf(proc, pid) === id) {
      const open = { kind: 'open', descriptor, legacyNat } as const;
      descriptor = undefined;
      return open;
    }
    return { kind: 'ended' };
  } catch (error) {
    return refusal(codeOf(error), (error as Error).message);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Whether there is a legacy table. To ask for it by iptables-legacy-save would make one. */
function hasLegacyNat(proc: string, pid: number): boolean {
  try {
    return readFileSync(`${proc}/${pid}/net/ip_tables_names`, 'utf8').split('\n').includes('nat');
  } catch (error) {
    // Where the kernel has no legacy tables the file is not there; where the process is gone nothing is.
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function refusal(code: string, message: string): PodNetwork {
  switch (code) {
    case 'ENOENT':
    case 'ESRCH':
    case 'EINVAL': // what /proc/PID/net says of a process that has ended and is not yet waited for
      return { kind: 'ended' };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'not-permitted', reason: message };
    default:
      return { kind: 'failed', reason: message };
  }
}
