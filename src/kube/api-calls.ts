/**
 * The few calls beside list and watch, by the names that the generated clients give them.
 *
 * The generated clients themselves are left out: each of them brings the models of a whole group into the bundle, and
 * turns every answer into objects that nobody looks at.
 *
 * Guarantees: those of client.ts; no name leads to another object than the one of this name.
 */
import type { PodStatusApi } from './conditions.ts';
import type { CustomObjectsApi, CustomResource } from './custom-objects.ts';
import type { EventBody } from './event-body.ts';
import type { EventsApi, StoredEvent } from './event-series.ts';
import type { LeaseApi, LeaseObject } from './lease.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; `application/json` by default. */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Nobody looks at the answer: then it is not parsed, and undefined. */
  readonly unread?: boolean;
}

export type Send = (call: Call) => Promise<unknown>;

const MERGE = 'application/merge-patch+json';
const STRATEGIC_MERGE = 'application/strategic-merge-patch+json';

interface Address {
  readonly namespace: string;
  readonly name: string;
}

export class ApiCalls implements PodStatusApi, EventsApi, LeaseApi, CustomObjectsApi {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  patchNamespacedPodStatus({ body, ...pod }: Address & { readonly body: unknown }): Promise<unknown> {
    const path = `${inNamespace('/api/v1', 'pods', pod)}/status`;
    return this.#send({ method: 'PATCH', path, body, contentType: STRATEGIC_MERGE, unread: true });
  }

  async createNamespacedEvent({
    namespace,
    body,
  }: {
    readonly namespace: string;
    readonly body: EventBody;
  }): Promise<StoredEvent> {
    return stored(
      await this.#send({ method: 'POST', path: inNamespace(EVENTS, 'events', { namespace }), body }),
    );
  }

  async readNamespacedEvent(event: Address): Promise<StoredEvent> {
    return stored(await this.#send({ method: 'GET', path: inNamespace(EVENTS, 'events', event) }));
  }

  async patchNamespacedEvent({ body, ...event }: Address & { readonly body: unknown }): Promise<StoredEvent> {
    const path = inNamespace(EVENTS, 'events', event);
    return stored(await this.#send({ method: 'PATCH', path, body, contentType: MERGE }));
  }

  createNamespacedCustomObject({
    body,
    ...object
  }: CustomResource & { readonly namespace: string; readonly body: object }): Promise<unknown> {
    const { namespace } = object;
    const path = inNamespace(groupPath(object), object.plural, { namespace });
    return this.#send({ method: 'POST', path, body, unread: true });
  }

  patchNamespacedCustomObject({
    body,
    ...object
  }: CustomResource & Address & { readonly body: object }): Promise<unknown> {
    const path = inNamespace(groupPath(object), object.plural, object);
    return this.#send({ method: 'PATCH', path, body, contentType: MERGE, unread: true });
  }

  async readNamespacedLease(lease: Address, signal?: AbortSignal): Promise<LeaseObject> {
    return (await this.#send({
      method: 'GET',
      path: inNamespace(LEASES, 'leases', lease),
      signal,
    })) as LeaseObject;
  }

  createNamespacedLease(
    { namespace, body }: { readonly namespace: string; readonly body: LeaseObject },
    signal?: AbortSignal,
  ): Promise<unknown> {
    return this.#send({ method: 'POST', path: inNamespace(LEASES, 'leases', { namespace }), body, signal });
  }

  replaceNamespacedLease(
    { body, ...lease }: Address & { readonly body: LeaseObject },
    signal?: AbortSignal,
  ): Promise<unknown> {
    return this.#send({ method: 'PUT', path: inNamespace(LEASES, 'leases', lease), body, signal });
  }
}

const EVENTS = '/apis/events.k8s.io/v1';
const LEASES = '/apis/coordination.k8s.io/v1';

function groupPath({ group, version }: CustomResource): string {
  return `/apis/${segment(group)}/${segment(version)}`;
}

function inNamespace(
  group: string,
  resource: string,
  { namespace, name }: { readonly namespace: string; readonly name?: string },
): string {
  const collection = `${group}/namespaces/${segment(namespace)}/${resource}`;
  return name === undefined ? collection : `${collection}/${segment(name)}`;
}

/** Names come from objects of the API, which has none such; should one come, it must not lead elsewhere. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new Error(`"${name}" is no name of an object`);
  return encodeURIComponent(name);
}

/** What is not there reads as undefined; event-series.ts expects nothing of it. */
function stored(answer: unknown): StoredEvent {
  return typeof answer === 'object' && answer !== null ? answer : {};
}
