/**
 * The cluster that is measured on: a real API server, filled step by step. Each step is taken once, when the first part
 * asks for it.
 */
import { performance } from 'node:perf_hooks';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { metricValue } from '../scenarios/controller-process.ts';
import { Connections } from './connections.ts';
import { BenchController } from './controller.ts';
import { CONFIG, corpus, NAMESPACES, type CorpusPod } from './corpus.ts';
import { manifestOf, runningStatus } from './corpus-pod.ts';
import { progress } from './part.ts';

const OSM_NAMESPACE = 'osm-system';
export const CONFIG_MAP_PATH = `/api/v1/namespaces/${OSM_NAMESPACE}/configmaps/osm-config`;

export interface Filled {
  /** Where a watch begins that sees the status of every pod change. */
  readonly beforeStatuses: string;
}

export interface Judged {
  /** From the start of a controller until it has written the condition of every pod, in milliseconds. */
  readonly firstRunMs: number;
}

export class BenchCluster {
  readonly plane: ControlPlane;
  readonly connections: Connections;
  readonly pods: readonly CorpusPod[] = corpus();
  #filled: Promise<Filled> | undefined;
  #judged: Promise<Judged> | undefined;

  private constructor(plane: ControlPlane) {
    this.plane = plane;
    this.connections = new Connections(plane.kubeconfig);
  }

  /** Without pods, but with namespaces and the configuration. */
  static async start(): Promise<BenchCluster> {
    progress('starting etcd and kube-apiserver');
    const plane = await startControlPlane();
    const cluster = new BenchCluster(plane);
    try {
      for (const name of [...NAMESPACES, OSM_NAMESPACE]) {
        const labels = name === OSM_NAMESPACE ? {} : { 'openservicemesh.io/monitored-by': 'osm' };
        await cluster.connections.send({
          method: 'POST',
          path: '/api/v1/namespaces',
          body: { metadata: { name, labels } },
        });
      }
      await cluster.connections.send({
        method: 'POST',
        path: `/api/v1/namespaces/${OSM_NAMESPACE}/configmaps`,
        body: { metadata: { name: 'osm-config' }, data: CONFIG },
      });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** All pods exist and run. */
  filled(): Promise<Filled> {
    this.#filled ??= this.#fill();
    return this.#filled;
  }

  /** A controller has written the condition of every pod, and has ended: what a new one finds. */
  judged(): Promise<Judged> {
    this.#judged ??= this.#judge();
    return this.#judged;
  }

  async setConfig(data: Readonly<Record<string, string>>): Promise<void> {
    await this.connections.send({ method: 'PATCH', path: CONFIG_MAP_PATH, body: { data } });
  }

  /** The version that the whole store is at; every write moves it by one. */
  async revision(): Promise<number> {
    const text = await this.connections.send({ method: 'GET', path: '/api/v1/namespaces?limit=1' });
    const { metadata } = JSON.parse(text) as { readonly metadata: { readonly resourceVersion: string } };
    return Number(metadata.resourceVersion);
  }

  /** CPU time that the API server has used since it started, in milliseconds, as it says. */
  async serverCpuMs(): Promise<number> {
    const text = await this.connections.send({ method: 'GET', path: '/metrics' });
    return (metricValue(text, 'process_cpu_seconds_total') ?? Number.NaN) * 1000;
  }

  async stop(): Promise<void> {
    await this.connections.close();
    await this.plane.stop();
  }

  async #fill(): Promise<Filled> {
    progress(`creating ${this.pods.length} pods`);
    await this.connections.each(this.pods, (pod) =>
      this.connections.send({
        method: 'POST',
        path: `/api/v1/namespaces/${pod.namespace}/pods`,
        fieldManager: 'kube-controller-manager',
        body: manifestOf(pod),
      }),
    );
    const beforeStatuses = String(await this.revision());
    progress('patching their status');
    await this.connections.each(this.pods, (pod) => this.patchStatus(pod, runningStatus(pod)));
    return { beforeStatuses };
  }

  /** As a kubelet does it. */
  async patchStatus({ namespace, name }: CorpusPod, status: object): Promise<void> {
    await this.connections.send({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
      fieldManager: 'kubelet',
      body: { status },
    });
  }

  async #judge(): Promise<Judged> {
    await this.filled();
    progress('a first controller writes the condition of every pod');
    const begun = performance.now();
    const controller = BenchController.start(this.plane.kubeconfig);
    try {
      await controller.ready();
      await controller.written(this.pods.length);
      return { firstRunMs: performance.now() - begun };
    } finally {
      await controller.stop();
    }
  }
}
