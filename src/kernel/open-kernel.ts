/** Stands for the reader of the kernel until that is there. */
import type { KernelReader } from '../node-agent/kernel-face.ts';

export function openKernel(): Promise<KernelReader> {
  return Promise.reject(new Error('this build cannot read the kernel'));
}
