/** A kernel for tests: what each pod's nat table holds, and how often anybody looked. */
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
