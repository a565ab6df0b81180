/**
 * The one gate for writes to the API server, of conditions, Events and policy reports: a limit, because a change of the configuration
 * may concern thousands of pods at once and the API server has other clients; and nobody writes who does not lead.
 *
 * Guarantees: whether this replica leads is asked when a write goes out, not when it is put in line. It measures with
 * timers and never reads the time of day, so a clock that is set back cannot stop it.
 */
import PQueue from 'p-queue';
import type { PodStatusApi } from '../kube/conditions.ts';
import type { CustomObjectsApi } from '../kube/custom-objects.ts';
import type { EventsApi } from '../kube/events.ts';
import { NotLeadingError, type Leadership } from './leadership.ts';

export interface LimitedWrites {
  readonly conditions: PodStatusApi;
  readonly events: EventsApi;
  readonly customObjects: CustomObjectsApi;
}

/** In any second; a burst of this size goes out at once. */
const WRITES_PER_SECOND = 250;
const SECOND_MS = 1000;

/** Its methods throw NotLeadingError beside the API's errors. */
export function limitWrites(
  calls: PodStatusApi & EventsApi & CustomObjectsApi,
  leadership: Leadership,
): LimitedWrites {
  const slots = new PQueue({ concurrency: WRITES_PER_SECOND });
  /** A write begins when it gets a slot, and keeps that for a second whether it has ended or not. */
  const gate = <T>(write: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const turn = slots.add(() => {
        if (!leadership.leading) throw new NotLeadingError();
        write().then(resolve, reject);
        return new Promise<void>((release) => setTimeout(release, SECOND_MS).unref());
      });
      turn.catch(reject);
    });
  return {
    conditions: {
      patchNamespacedPodStatus: (request) => gate(() => calls.patchNamespacedPodStatus(request)),
    },
    events: {
      createNamespacedEvent: (request) => gate(() => calls.createNamespacedEvent(request)),
      readNamespacedEvent: (request) => gate(() => calls.readNamespacedEvent(request)),
      patchNamespacedEvent: (request) => gate(() => calls.patchNamespacedEvent(request)),
    },
    customObjects: {
      createNamespacedCustomObject: (request) => gate(() => calls.createNamespacedCustomObject(request)),
      patchNamespacedCustomObject: (request) => gate(() => calls.patchNamespacedCustomObject(request)),
    },
  };
}
