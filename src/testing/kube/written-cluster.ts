/** A cluster for tests that takes what is written to it, and shows it. */
import { ApiError } from '../../kube/errors.ts';
import type { EventBody } from '../../kube/event-body.ts';
import type { Query } from '../../kube/list-watch.ts';
import { FakeCluster, PODS } from './fake-cluster.ts';

interface Verdict {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Of OSM's MeshConfigs. */
export const MESH_CONFIG_GROUP = '/apis/config.openservicemesh.io';

export class WrittenCluster extends FakeCluster {
  readonly written: string[] = [];
  /** Of the condition that was written last. */
  lastMessage = '';
  /** Patches wait for it. */
  held = Promise.resolve();

  /** Of the group of OSM's MeshConfigs; a cluster that was never upgraded has none. */
  version: string | undefined;

  override list(path: string, query: Query): Promise<unknown> {
    const answer = super.list(path, query);
    if (!/^\/apis\/config\.[^/]+$/.test(path)) return answer;
    const { version } = this;
    if (version === undefined || path !== MESH_CONFIG_GROUP) {
      return Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: 'no such group' }));
    }
    return Promise.resolve({ preferredVersion: { version }, versions: [{ version }] });
  }

  /** As far as they are used. A patched condition comes back as a change of the pod. */
  get calls(): unknown {
    return {
      patchNamespacedPodStatus: async (request: {
        name: string;
        body: { status: { conditions: [Verdict] } };
      }) => {
        await this.held;
        const { name, body } = request;
        const [{ status, reason, message }] = body.status.conditions;
        this.written.push(`${name}: ${status} ${reason}`);
        this.lastMessage = message;
        const item = this.items.get(PODS)?.find(({ metadata }) => metadata.name === name);
        if (item !== undefined)
          this.push(PODS, 'MODIFIED', { ...item, status: { ...(item['status'] as object), ...body.status } });
      },
      createNamespacedEvent: ({ body: { type, reason, regarding } }: { body: EventBody }) => {
        this.written.push(`${regarding.name}: ${type} ${reason}`);
        return Promise.resolve({});
      },
      readNamespacedEvent: () =>
        Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: 'no such Event' })),
    };
  }
}
