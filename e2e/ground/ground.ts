/**
 * A real cluster on which run.ts has installed osm-auditor: what the scenarios do there, and how
 * they look at it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  FSM_CONFIG_GROUP,
  meshConfigDefinition,
  OSM_CONFIG_GROUP,
} from '../../src/testing/kube/mesh-config-crd.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { eventually, openCluster, type TestCluster } from '../scenarios/cluster.ts';
import { Agent } from './agent.ts';
import { manifestOf, productOf, type GroundPod } from './meshed-pod.ts';
import { seen, type CheckedPod, type PodObject, type SeenPod } from './seen-pod.ts';

export class Ground {
  readonly cluster: TestCluster;
  readonly agent: Agent;

  private constructor(cluster: TestCluster, agent: Agent) {
    this.cluster = cluster;
    this.agent = agent;
  }

  static async open(): Promise<Ground> {
    if (process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined) {
      throw new Error(
        'these scenarios need a cluster with a node: run them by `make e2e` or `make e2e-kind`',
      );
    }
    const cluster = await openCluster();
    return new Ground(cluster, await Agent.deploy(cluster));
  }

  async apply(...items: readonly object[]): Promise<void> {
    await this.cluster.kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.cluster.kubectl(['get', '--raw', path])) as T;
  }

  /** A namespace that a mesh watches; it is there when pods can be created in it. */
  async namespace(name: string, product: 'OSM' | 'FSM' = 'OSM'): Promise<void> {
    const domain = product === 'OSM' ? 'openservicemesh.io' : 'flomesh.io';
    await this.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: { [`${domain}/monitored-by`]: product === 'OSM' ? 'osm' : 'fsm' },
        annotations: { [`${domain}/sidecar-injection`]: 'enabled' },
      },
    });
    await accountIn(this.cluster, name);
  }

  /** The definitions of MeshConfig, and the namespaces of both meshes. */
  async meshes(): Promise<void> {
    await this.apply(
      meshConfigDefinition(OSM_CONFIG_GROUP, ['v1alpha2']),
      meshConfigDefinition(FSM_CONFIG_GROUP, ['v1alpha3']),
      ...['osm-system', 'fsm-system'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })),
    );
    for (const group of [OSM_CONFIG_GROUP, FSM_CONFIG_GROUP]) {
      await this.cluster.kubectl([
        'wait',
        '--for=condition=Established',
        `crd/meshconfigs.${group}`,
        '--timeout=30s',
      ]);
    }
  }

  configMap(data: Readonly<Record<string, string>>): Promise<void> {
    const metadata = { name: 'osm-config', namespace: 'osm-system' };
    return this.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  meshConfig(product: 'OSM' | 'FSM', spec: object): Promise<void> {
    const osm = product === 'OSM';
    return this.apply({
      apiVersion: osm ? `${OSM_CONFIG_GROUP}/v1alpha2` : `${FSM_CONFIG_GROUP}/v1alpha3`,
      kind: 'MeshConfig',
      metadata: osm
        ? { name: 'osm-mesh-config', namespace: 'osm-system' }
        : { name: 'fsm-mesh-config', namespace: 'fsm-system' },
      spec,
    });
  }

  async create(pods: readonly GroundPod[], namespaceOf: (pod: GroundPod) => string): Promise<void> {
    const items = pods.map((pod) => manifestOf(pod, namespaceOf(pod)));
    await this.cluster.kubectl(
      ['create', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
  }

  /** The pods of the namespace by name. */
  async pods(namespace: string): Promise<ReadonlyMap<string, SeenPod>> {
    const { items } = await this.get<{ items: PodObject[] }>(`/api/v1/namespaces/${namespace}/pods`);
    return new Map(items.map((pod) => [pod.metadata.name, seen(pod)]));
  }

  /**
   * Waits until each pod is as wanted, and returns how long each took, in seconds. Throws with what they are instead.
   *
   * @param wanted by name
   */
  async become(
    namespace: string,
    wanted: Readonly<Record<string, (pod: SeenPod) => boolean>>,
    withinMs = 120_000,
  ): Promise<ReadonlyMap<string, number>> {
    const started = Date.now();
    const took = new Map<string, number>();
    for (;;) {
      const pods = await this.pods(namespace);
      for (const [name, is] of Object.entries(wanted)) {
        const pod = pods.get(name);
        if (!took.has(name) && pod !== undefined && is(pod)) took.set(name, (Date.now() - started) / 1000);
      }
      const missing = Object.keys(wanted).filter((name) => !took.has(name));
      if (missing.length === 0) return took;
      if (Date.now() - started > withinMs) {
        const now = missing.map((name) => `${name} is ${JSON.stringify(pods.get(name))}`);
        throw new Error(`not within ${withinMs / 1000} s: ${now.join('; ')}`);
      }
      await sleep(100);
    }
  }

  /** What the command line says of the namespace's pods. */
  check(namespace: string): ReadonlyMap<string, CheckedPod> {
    const bundle = join(repositoryRoot, 'dist/osm-auditor.js');
    const args = [bundle, 'check', '-n', namespace, '-o', 'json', '--kubeconfig', this.cluster.kubeconfig];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status === null || status === 2) throw new Error(`check: ${stderr}`);
    const { pods } = JSON.parse(stdout) as { pods: CheckedPod[] };
    return new Map(pods.map((pod) => [pod.name, pod]));
  }

  async deleteNamespaces(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.cluster.kubectl([
        'delete',
        'pods',
        '--all',
        '-n',
        name,
        '--force',
        '--grace-period=0',
        '--wait=false',
      ]);
    }
    await this.cluster.kubectl(['delete', 'namespace', ...names, '--wait=false']);
  }
}

/** A controller makes the account that pods run as, a moment after the namespace. */
export async function accountIn(cluster: TestCluster, namespace: string): Promise<void> {
  await eventually(`${namespace} has its service account`, () =>
    cluster.kubectl(['get', 'serviceaccount', 'default', '-n', namespace]),
  );
}

/** The namespace for pods of a release, one for each mesh. */
export function placeFor(base: string): (pod: GroundPod) => string {
  return ({ release }) => `${base}-${productOf(release).name.toLowerCase()}`;
}
