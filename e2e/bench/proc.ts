/** What Linux tells of a running process, and of the machine: /proc. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export interface ProcessMemory {
  /** The most physical memory that it ever had, in bytes. */
  readonly peakBytes: number;
  readonly bytes: number;
  /** Of `bytes` what is its own, and not mapped from a file, in bytes. */
  readonly ownBytes: number;
}

export function memoryOf(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no ${name}`);
    return Number(kibibytes) * 1024;
  };
  return { peakBytes: field('VmHWM'), bytes: field('VmRSS'), ownBytes: field('RssAnon') };
}

/** USER_HZ, which is 100 on every platform that Node runs on. */
const TICK_MS = 10;

/** CPU time of all its threads, in milliseconds, to ten of them. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** CPU time that the machine has spent on anything since it booted, in milliseconds of one core. */
export function machineCpuMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
