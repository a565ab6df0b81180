/**
 * What the kernel of this machine holds for the pods on it. Knows neither OSM nor the API of Kubernetes: pods are what the
 * control groups of processes name.
 *
 * Guarantees: reads only. A pod that cannot be read is a value with the reason; what is wrong with the machine as a whole
 * is told at the beginning.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import PQueue from 'p-queue';
import { missingCapabilities } from './capabilities.ts';
import { openLibc } from './libc.ts';
import { NatReader, type NatReading } from './nat-reader.ts';
import { podOf, scanProcesses, type PodProcesses, type ProcessScan } from './processes.ts';
import { findPrograms, PROGRAM_FOLDERS } from './programs.ts';
import type { RunLimits } from './program-run.ts';

export interface KernelReader {
  /** Whether it looks first, without a program, if a pod's rules are still those of the last reading. */
  readonly glances: boolean;
  /** Half a sentence where it does not. */
  readonly whyNoGlances?: string | undefined;
  scan(): Promise<ProcessScan>;
  /** Reads one pod by what a scan found of it; without processes there is nothing to read it by. */
  read(pod: PodProcesses | undefined, scan: ProcessScan): Promise<NatReading>;
}

export interface KernelOptions {
  /** Where the file system of processes is. */
  readonly proc?: string;
  /** Where to look for programs. */
  readonly folders?: readonly string[];
  /** Of the programs; empty by default. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: RunLimits;
}

/** The longest script that Linux passes to a program, of 128 KiB, installs rules of a third of this. */
const LIMITS: RunLimits = { bytes: 1_000_000, milliseconds: 5_000 };

/** More would be no faster on a small node, and take the cores away from others on any. */
const AT_ONCE = 2;

/** @throws Error with one sentence, where programs are missing or this process may not do what it takes */
export async function openKernel(options: KernelOptions = {}): Promise<KernelReader> {
  const { proc = '/proc', folders = PROGRAM_FOLDERS, environment = {}, limits = LIMITS } = options;
  const programs = findPrograms(folders);
  const missing = missingCapabilities(readFileSync('/proc/self/status', 'utf8'));
  if (missing.length > 0) {
    throw new Error(
      `reading the rules of pods takes capabilities that are missing here: ${missing.join(', ')}`,
    );
  }
  if (process.pid === 1 || podOf(proc, 1) !== undefined) {
    throw new Error('process 1 is not that of the node: a pod sees the node’s processes with hostPID');
  }
  const { libc, reason } = await openLibc();
  const reader = new NatReader({ proc, programs, environment, limits, libc });
  const queue = new PQueue({ concurrency: AT_ONCE });
  return {
    glances: libc !== undefined,
    whyNoGlances: reason,
    scan: async () => {
      const scan = await scanProcesses(proc);
      reader.forgetAllBut(scan);
      return scan;
    },
    read: (pod, scan) => queue.add(() => reader.read(pod, scan)),
  };
}
