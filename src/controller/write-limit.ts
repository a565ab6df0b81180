/**
 * The one gate for writes to the API server, of conditions and of Events: a limit, because a change of the configuration
 * may concern thousands of pods at once and the API server has other clients; and nobody writes who does not lead.
 *
 * Guarantees: whether this replica leads is asked when a write goes out, not when it is put in line.
 */
import type { CoreV1Api, EventsV1Api } from '@kubernetes/client-node';
import PQueue from 'p-queue';
import type { PodStatusApi } from '../kube/conditions.ts';
import type { EventsApi } from '../kube/events.ts';
import { NotLeadingError, type Leadership } from './leadership.ts';

export interface LimitedWrites {
  readonly conditions: PodStatusApi;
  readonly events: EventsApi;
}

/** In any second; a burst of this size goes out at once. */
const WRITES_PER_SECOND = 250;

/** Its methods throw NotLeadingError beside the API's errors. */
export function limitWrites(core: CoreV1Api, events: EventsV1Api, leadership: Leadership): LimitedWrites {
  const queue = new PQueue({ interval: 1000, intervalCap: WRITES_PER_SECOND, strict: true });
  const gate = <T>(write: () => Promise<T>): Promise<T> =>
    queue.add(async () => {
      if (!leadership.leading) throw new NotLeadingError();
      return write();
    });
  return {
    conditions: {
      patchNamespacedPodStatus: (request, options) =>
        gate(() => core.patchNamespacedPodStatus(request, options)),
    },
    events: {
      createNamespacedEvent: (request) => gate(() => events.createNamespacedEvent(request)),
      readNamespacedEvent: (request) => gate(() => events.readNamespacedEvent(request)),
      patchNamespacedEvent: (request, options) => gate(() => events.patchNamespacedEvent(request, options)),
    },
  };
}
