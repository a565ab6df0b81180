/**
 * Keeps the condition of pods saying what it should: patch or nothing.
 *
 * Guarantees
 * - A condition that says so already is not written, also while the last patch has not come back through the watch.
 * - The echo of a patch is known as our own; a foreign hand on the condition is told apart and mended, also
 *   where its version and the echo were one: then a little after ECHO_WITHIN_MS.
 * - A pod that left the mesh loses the condition. One that merely starts, or of which it is not known whether it belongs
 *   to the mesh, gets none, unless an earlier verdict would go on being believed.
 * Limits: when the watch brings nothing back for longer than ECHO_WITHIN_MS, a condition may be written once more.
 * RBAC: as kube/conditions.ts says.
 */
import { conditionText, REDIRECTION, type ConditionWords } from '../core/audit/condition-text.ts';
import type { Report } from '../core/audit/report.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import type { Clock } from '../kube/clock.ts';
import { classify } from '../kube/errors.ts';
import {
  conditionPatch,
  patchPodCondition,
  removalPatch,
  type Condition,
  type PodConditionPatch,
  type PodStatusApi,
} from '../kube/conditions.ts';
import type { PodSnapshot } from './snapshot.ts';

export interface ConditionWriterOptions {
  readonly api: PodStatusApi;
  readonly clock: Clock;
  readonly onPatch: (result: 'success' | 'error') => void;
  /** Which condition; the controller's by default. Snapshots must hold the one of this type. */
  readonly words?: ConditionWords;
  /** Asks for another look at the pod of the key after so many milliseconds: what it has now was not understood. */
  readonly lookAgain: (key: string, afterMs: number) => void;
}

/** What was last written on one pod and has not come back through the watch. */
interface Written {
  readonly uid: string;
  /** undefined for a removal. */
  readonly condition: Condition | undefined;
  readonly at: number;
}

/** A watch that works brings a write back within moments; after this a missing echo is a foreign hand. */
const ECHO_WITHIN_MS = 10_000;
/** A timer counts from the beginning of the work that sets it, so it can come early by as long as that takes. */
const TIMER_MARGIN_MS = 500;

export class ConditionWriter {
  readonly #options: ConditionWriterOptions;
  readonly #written = new Map<string, Written>();

  constructor(options: ConditionWriterOptions) {
    this.#options = options;
  }

  /** The pod's condition as the server has it: the snapshot's, or a newer one that is on its way back. */
  present({ pod, condition }: PodSnapshot): Condition | undefined {
    const written = this.#pending(pod);
    return written === undefined ? condition : written.condition;
  }

  /** The patch that the report asks for; undefined when there is nothing to write. */
  plan(snapshot: PodSnapshot, report: Report): PodConditionPatch | undefined {
    const present = this.present(snapshot);
    const { words = REDIRECTION } = this.#options;
    const text = conditionText(report, words);
    if (text === undefined)
      return present !== undefined && hasLeft(snapshot.pod, report) ? removalPatch(words.type) : undefined;
    if (present === undefined && saysNothing(report)) return undefined;
    const now = new Date(this.#options.clock.now());
    return conditionPatch(present === undefined ? [] : [present], { type: words.type, ...text }, now);
  }

  /** @throws the API's error */
  async write(pod: Pod, patch: PodConditionPatch): Promise<void> {
    const { api, clock, onPatch } = this.#options;
    const [first] = patch.status.conditions;
    const condition = '$patch' in first ? undefined : first;
    const key = podKey(pod);
    // Before the call: the echo may be faster than the answer.
    this.#written.set(key, { uid: pod.uid, condition, at: clock.monotonic() });
    try {
      await patchPodCondition(api, pod, patch);
      onPatch('success');
    } catch (error) {
      this.#written.delete(key);
      if (classify(error) !== 'notFound') onPatch('error'); // else the pod is gone
      throw error;
    }
  }

  /**
   * Whether the condition is as it was left, by this process or by one before it: then its change wakes nobody. Takes
   * note of the echo of a write, so every version of a pod must pass here in order.
   *
   * @param before the condition of the version before this one
   */
  recognises({ pod, condition }: PodSnapshot, before: Condition | undefined): boolean {
    const written = this.#of(pod);
    if (written === undefined) return saysSame(before, condition);
    const key = podKey(pod);
    if (saysSame(written.condition, condition)) {
      this.#written.delete(key);
      return true;
    }
    if (this.#pending(pod) === undefined) return false;
    // A version from before the write, most likely. But a list shows the last version alone, and in that somebody may have
    // written over ours: then no echo follows.
    const { clock, lookAgain } = this.#options;
    lookAgain(key, written.at + ECHO_WITHIN_MS - clock.monotonic() + TIMER_MARGIN_MS);
    return true;
  }

  /** Drops what is remembered of a pod that is gone. */
  forget(key: string): void {
    this.#written.delete(key);
  }

  /** Drops everything. */
  reset(): void {
    this.#written.clear();
  }

  #of(pod: Pod): Written | undefined {
    const written = this.#written.get(podKey(pod));
    return written?.uid === pod.uid ? written : undefined;
  }

  #pending(pod: Pod): Written | undefined {
    const written = this.#of(pod);
    if (written === undefined) return undefined;
    return this.#options.clock.monotonic() - written.at < ECHO_WITHIN_MS ? written : undefined;
  }
}

/** A pod that ends takes its condition along; one that lives on outside the mesh must not keep a verdict. */
function hasLeft(pod: Pod, report: Report): boolean {
  const ending = pod.terminating || pod.phase === 'Succeeded' || pod.phase === 'Failed';
  return report.status === 'NotApplicable' && !ending;
}

/** Only that the pod is starting, or perhaps not of the mesh: true of every pod at some time, and no verdict. */
export function saysNothing(report: Report): boolean {
  const empty = report.findings.every(
    ({ name, effect }) => effect === 'None' || name === 'PodStarting' || name === 'NamespaceUnknown',
  );
  return report.status === 'Unknown' && empty;
}

function saysSame(a: Condition | undefined, b: Condition | undefined): boolean {
  return a?.status === b?.status && a?.reason === b?.reason && a?.message === b?.message;
}
