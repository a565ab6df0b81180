/** Looks at what kernels do to the pods of a command: at this machine's, or at what was saved of one. */
import type { AuditInput } from '../core/audit/judgement.ts';
import type { Pod } from '../core/osm/pod.ts';
import type { KernelReader } from '../kernel/kernel.ts';
import { describeError } from '../kube/describe-error.ts';
import { readLiveFiles } from './live-files.ts';
import { readLivePods, type Readings } from './live-kernel.ts';
import type { LiveOptions } from './live-options.ts';
import { Progress } from './progress.ts';
import type { Selection } from './subjects.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError where what was read is of one pod, and these are others */
export type Look = (pods: readonly Pod[]) => Promise<Readings>;

/**
 * Opens what is to be looked at, before anything else is read.
 * @throws UsageError where the kernel of this machine cannot be read, InputError
 */
export async function openLook(
  options: LiveOptions & Pick<Selection, 'filename'>,
  terminal: Terminal,
): Promise<Look> {
  const { live, liveRules, filename } = options;
  if (live) return lookHere(await openKernel(terminal), terminal);
  if (liveRules.length === 0) return () => Promise.resolve(new Map());
  const reading = await readLiveFiles(liveRules, terminal);
  return (pods) => {
    const [pod, ...others] = pods;
    if (pod !== undefined && others.length === 0) return Promise.resolve(new Map([[pod, reading]]));
    const how = filename.length > 0 ? 'with -n, or name its file alone with -f' : 'with -n and -l';
    const selected = pods.length === 0 ? 'none is' : `${pods.length} are`;
    throw new UsageError(`--live-rules tells of one pod, and ${selected} selected: choose it ${how}`);
  };
}

/** The input with what is known of the pod's kernel. */
export function withReading(input: AuditInput, readings: Readings): AuditInput {
  const live = readings.get(input.pod);
  return live === undefined ? input : { ...input, live };
}

function lookHere(kernel: KernelReader, terminal: Terminal): Look {
  return async (pods) => {
    const progress = new Progress(terminal);
    try {
      return await readLivePods(kernel, pods, progress.say);
    } finally {
      progress.end();
    }
  };
}

async function openKernel({ openKernel: open }: Terminal): Promise<KernelReader> {
  if (open === undefined) throw new UsageError('this program cannot read the kernel of this machine');
  try {
    return await open();
  } catch (error) {
    throw new UsageError(`--live cannot read the kernel of this machine: ${describeError(error)}`);
  }
}
