/** What the agent needs of whoever reads the kernel of this machine; a test gives it another one. */
import type { SavedTables } from '../core/iptables/saved-tables.ts';

/** Of one pod by what /proc tells; `id` is the uid, or the 32 hex digits that name a static pod's cgroup. */
export interface PodProcesses {
  readonly id: string;
  readonly pids: readonly number[];
  /** Inodes. */
  readonly networks: readonly number[];
}

export interface ProcessScan {
  readonly pods: ReadonlyMap<string, PodProcesses>;
  /** The inode of the node's own network. */
  readonly hostNetwork: number | undefined;
  readonly processes: number;
}

export type NatReading =
  | ({ readonly kind: 'tables'; /** Its inode. */ readonly network: number } & SavedTables)
  | { readonly kind: 'node-network' }
  | {
      readonly kind: 'unreadable';
      readonly why: 'no-process' | 'several-networks' | 'not-permitted' | 'failed';
      readonly reason: string;
    };

export interface KernelReader {
  scan(): Promise<ProcessScan>;
  /** Reads one pod by what the scan found of it. */
  read(pod: PodProcesses | undefined, scan: ProcessScan): Promise<NatReading>;
}
