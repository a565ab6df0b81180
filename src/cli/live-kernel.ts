/**
 * What the kernel of this machine does to pods, each by what was read in its network.
 *
 * Guarantees: a pod that should have processes here and has none is unreadable, with that reason. One that has not begun
 * or has ended has no rules to read, and nothing is said of it.
 */
import type { LiveReading } from '../core/audit/live-reading.ts';
import type { Pod } from '../core/osm/pod.ts';
import { liveReadingOf } from '../node-agent/nat-reading.ts';
import type { KernelReader } from '../kernel/kernel.ts';
import type { ProcessScan } from '../kernel/processes.ts';
import type { Say } from './progress.ts';

/** By the pod itself: files may show one of them at several times. */
export type Readings = ReadonlyMap<Pod, LiveReading>;

const NO_PROCESS: LiveReading = {
  kind: 'unreadable',
  reason: 'no process of the pod runs on this machine',
};

/** For whoever asks about this one pod, also where otherwise nothing would be said of it. */
export function nothingSeenOf({ mirror }: Pod): LiveReading {
  if (!mirror) return NO_PROCESS;
  return {
    kind: 'unreadable',
    reason: 'a kubelet made the pod from a file, and its processes do not go by its uid',
  };
}

export async function readLivePods(kernel: KernelReader, pods: readonly Pod[], say: Say): Promise<Readings> {
  say('looking for the processes of pods');
  const scan = await kernel.scan();
  const readings = new Map<Pod, LiveReading>();
  for (const [i, pod] of pods.entries()) {
    say(`reading the rules of pods: ${i} of ${pods.length}`);
    const reading = await readPod(kernel, pod, scan);
    if (reading !== undefined) readings.set(pod, reading);
  }
  return readings;
}

async function readPod(kernel: KernelReader, pod: Pod, scan: ProcessScan): Promise<LiveReading | undefined> {
  // No injector has seen it, and its processes do not go by its uid.
  if (pod.mirror) return undefined;
  const reading = await kernel.read(scan.pods.get(pod.uid), scan);
  if (reading.kind !== 'unreadable' || reading.why !== 'no-process') return liveReadingOf(reading, undefined);
  return pod.phase === 'Running' ? NO_PROCESS : undefined;
}
