/**
 * A limit on writes to the API server, shared by conditions and Events: a change of the configuration may concern
 * thousands of pods at once, and the API server has other clients.
 */
import type { CoreV1Api, EventsV1Api } from '@kubernetes/client-node';
import PQueue from 'p-queue';
import type { PodStatusApi } from '../kube/conditions.ts';
import type { EventsApi } from '../kube/events.ts';

export interface LimitedWrites {
  readonly conditions: PodStatusApi;
  readonly events: EventsApi;
}

/** In any second; a burst of this size goes out at once. */
const WRITES_PER_SECOND = 50;

export function limitWrites(core: CoreV1Api, events: EventsV1Api): LimitedWrites {
  const queue = new PQueue({ interval: 1000, intervalCap: WRITES_PER_SECOND, strict: true });
  return {
    conditions: {
      patchNamespacedPodStatus: (request, options) =>
        queue.add(() => core.patchNamespacedPodStatus(request, options)),
    },
    events: {
      createNamespacedEvent: (request) => queue.add(() => events.createNamespacedEvent(request)),
      readNamespacedEvent: (request) => queue.add(() => events.readNamespacedEvent(request)),
      patchNamespacedEvent: (request, options) =>
        queue.add(() => events.patchNamespacedEvent(request, options)),
    },
  };
}
