/**
 * What a test changes in the cluster, directly and past every proxy: the pods of one namespace. It knows what has been
 * reported about them, and keeps the ledger of what may have been.
 *
 * Pods are recorded ones that no kubelet touches; one becomes another by taking on its status, as a kubelet would write
 * it. Requests go straight to the API server, since kubectl takes a tenth of a second each.
 */
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { manifestOf, statusOf } from '../scenarios/recorded-pods.ts';
import type { Condition } from '../scenarios/reported.ts';
import { Ledger, type EventOnServer } from './ledger.ts';

/** The recorded pods that are used here, by what is wrong with them. */
export const RECORDED = {
  good: 'good',
  withoutInit: 'sidecar-no-init',
  withoutSidecar: 'init-no-sidecar',
  withCrashingSidecar: 'envoy-crash',
  withOtherPorts: 'good-ports',
  outsideTheMesh: 'no-sidecar',
} as const;
export type Recorded = (typeof RECORDED)[keyof typeof RECORDED];

const MONITORED = {
  labels: { 'openservicemesh.io/monitored-by': 'osm' },
  annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
};

/** A pod as the API shows it. */
export interface PodOnServer {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly spec: unknown;
  readonly status: { readonly conditions?: readonly Condition[] };
}

export class World {
  readonly namespace: string;
  readonly ledger = new Ledger();
  readonly #plane: ControlPlane;
  #terminating = false;

  private constructor(plane: ControlPlane, namespace: string) {
    this.#plane = plane;
    this.namespace = namespace;
  }

  /** Creates the namespace, which must not exist, as one that the mesh monitors. */
  static async create(plane: ControlPlane, namespace: string): Promise<World> {
    const world = new World(plane, namespace);
    await world.#ask('POST', '/api/v1/namespaces', { metadata: { name: namespace, ...MONITORED } });
    return world;
  }

  /** @param node that it is bound to */
  async create(name: string, recorded: Recorded, node?: string): Promise<void> {
    const pod = { name, recorded, ...(node === undefined ? {} : { node }) };
    await this.#ask('POST', this.#pods(), manifestOf(pod, this.namespace));
    await this.become(name, recorded);
  }

  /** Gives a pod the status of another one. */
  async become(name: string, recorded: Recorded): Promise<void> {
    // The addresses would be merged with those of the pod before, and a pod has but one.
    const status = { ...statusOf({ name, recorded }), podIP: undefined, podIPs: undefined };
    await this.#ask('PATCH', `${this.#pods(name)}/status`, { status });
  }

  async annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<void> {
    await this.#ask('PATCH', this.#pods(name), { metadata: { annotations } });
  }

  async remove(name: string): Promise<void> {
    await this.#ask('DELETE', this.#pods(name), { gracePeriodSeconds: 0 });
  }

  /** Deletes a pod and creates another one of its name. */
  async replace(name: string, recorded: Recorded): Promise<void> {
    await this.remove(name);
    await this.create(name, recorded);
  }

  /** Writes a condition of any type, as another controller would. */
  async writeCondition(name: string, condition: Readonly<Record<string, string>>): Promise<void> {
    await this.#ask('PATCH', `${this.#pods(name)}/status`, { status: { conditions: [condition] } });
  }

  async pods(): Promise<readonly PodOnServer[]> {
    const { items } = (await this.#ask('GET', this.#pods())) as { readonly items: readonly PodOnServer[] };
    return items;
  }

  /** The controller's Events of this namespace. */
  async events(): Promise<readonly EventOnServer[]> {
    const path = `/apis/events.k8s.io/v1/namespaces/${this.namespace}/events`;
    const { items } = (await this.#ask('GET', path)) as { readonly items: readonly EventOnServer[] };
    return items.filter(
      ({ reportingController }) => reportingController === 'openservicemesh.io/osm-auditor',
    );
  }

  /** Asks for the end of the namespace, which stays as it is, terminating, until `dismantle`. */
  async terminate(): Promise<void> {
    if (this.#terminating) return;
    this.#terminating = true;
    await this.#ask('DELETE', `/api/v1/namespaces/${this.namespace}`);
  }

  /** Deletes everything and ends the namespace, as the controller-manager would. */
  async dismantle(): Promise<void> {
    const path = `/api/v1/namespaces/${this.namespace}`;
    await this.#ask('DELETE', this.#pods(), { gracePeriodSeconds: 0 });
    await this.#ask('DELETE', `/apis/events.k8s.io/v1/namespaces/${this.namespace}/events`);
    await this.terminate();
    await this.#ask('PUT', `${path}/finalize`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.namespace },
      spec: { finalizers: [] },
    });
  }

  #pods(name?: string): string {
    const pods = `/api/v1/namespaces/${this.namespace}/pods`;
    return name === undefined ? pods : `${pods}/${name}`;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#plane.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  }
}
