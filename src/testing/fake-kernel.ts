/** Kernels for tests: one of every pod, which tells how often anybody looked, and one of a machine with few of them. */
import { printSave } from '../core/iptables/print.ts';
import { runScript } from '../core/audit/rule-comparison.ts';
import type { KernelReader } from '../kernel/kernel.ts';
import type { NatReading } from '../kernel/nat-reader.ts';
import type { PodProcesses, ProcessScan } from '../kernel/processes.ts';
import { GUIDE_SCRIPTS } from './guide.ts';

/** What iptables-save shows after the script. */
export function savedBy(script: string = GUIDE_SCRIPTS.base): string {
  return printSave(runScript(script, {}).rules);
}

/** In a network with this inode, by the legacy backend. */
export function tables(saved = savedBy(), network = 1): NatReading {
  return { kind: 'tables', network, saved: { legacy: saved, nft: '' }, nativeChains: [] };
}

export const NO_PROCESS: NatReading = {
  kind: 'unreadable',
  why: 'no-process',
  reason: 'no process of the pod runs',
};

export class FakeKernel implements KernelReader {
  readonly glances = true;
  /** By the uid of the pod; others have the rules of the guide. An error is thrown. */
  readonly pods = new Map<string, NatReading | Error>();
  scans = 0;
  /** The uids of the pods that were read since it was taken last. */
  reads: string[] = [];
  /** Scans wait for it. */
  held = Promise.resolve();

  async scan(): Promise<ProcessScan> {
    this.scans += 1;
    await this.held;
    const everyPod = { get: (id: string): PodProcesses => ({ id, pids: [2], networks: [1] }) };
    return { pods: everyPod as ProcessScan['pods'], hostNetwork: 0, processes: 1 };
  }

  read(pod: PodProcesses | undefined): Promise<NatReading> {
    const id = pod?.id ?? '';
    this.reads.push(id);
    const reading = this.pods.get(id) ?? tables();
    return reading instanceof Error ? Promise.reject(reading) : Promise.resolve(reading);
  }
}

/** A machine with a process of each of these pods, by their uid, and of no other. */
export function machineWith(pods: Readonly<Record<string, NatReading>>): KernelReader {
  const here = new Map(Object.keys(pods).map((id, i) => [id, { id, pids: [i], networks: [i] }]));
  // Other words than the reader's, which the command line replaces by its own: these are never to be seen.
  const none: NatReading = { kind: 'unreadable', why: 'no-process', reason: 'nothing runs' };
  return {
    glances: true,
    scan: () => Promise.resolve({ pods: here, hostNetwork: -1, processes: here.size }),
    read: (pod) => Promise.resolve((pod && pods[pod.id]) ?? none),
  };
}
