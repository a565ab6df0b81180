/** The node agent on the cluster, installed as docs/node-agent.md tells a user to, but looking more often. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type TestCluster } from '../scenarios/cluster.ts';
import { checkPod, type PodTemplate } from './check-pod.ts';
import type { CheckedPod } from './seen-pod.ts';

const NAME = 'osm-auditor-node-agent';
/** A sweep each so many seconds. */
export const SWEEP_SECONDS = 5;

export interface Sample {
  readonly labels: string;
  readonly value: number;
}

export class NodeAgent {
  readonly #cluster: TestCluster;

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  static async deploy(cluster: TestCluster): Promise<NodeAgent> {
    await cluster.kubectl(['apply', '-k', 'manifests/node-agent']);
    const agent = new NodeAgent(cluster);
    const value = `--sweep-interval=${SWEEP_SECONDS}s`;
    const patch = [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value }];
    await agent.#kubectl('patch', 'daemonset', NAME, '--type=json', '-p', JSON.stringify(patch));
    await agent.#kubectl('rollout', 'status', `daemonset/${NAME}`, '--timeout=120s');
    return agent;
  }

  async uid(): Promise<string> {
    const uid = 'jsonpath={.items[?(@.status.phase=="Running")].metadata.uid}';
    return this.#kubectl('get', 'pods', '-l', `app.kubernetes.io/name=${NAME}`, '-o', uid);
  }

  /** The samples of a metric, now. */
  async samples(metric: string): Promise<readonly Sample[]> {
    const pod = await this.#kubectl('get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}');
    const path = `/api/v1/namespaces/${NAME}/pods/${pod}:8080/proxy/metrics`;
    const text = await this.#cluster.kubectl(['get', '--raw', path]);
    return text.split('\n').flatMap((line) => {
      const [, name, labels = '', value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      return name === metric ? [{ labels, value: Number(value) }] : [];
    });
  }

  /** What `check --live` says of the namespace's pods. */
  async check(namespace: string): Promise<ReadonlyMap<string, CheckedPod>> {
    const printed = await this.checkOnce(namespace);
    const { pods } = JSON.parse(printed) as { pods: CheckedPod[] };
    return new Map(pods.map((each) => [each.name, each]));
  }

  /**
   * Runs `check --live` on the node, by a pod as the DaemonSet makes it.
   *
   * @param without a capability that it lacks
   * @returns what it has printed
   */
  async checkOnce(namespace: string, without?: string): Promise<string> {
    const template = await this.#kubectl('get', 'daemonset', NAME, '-o', 'jsonpath={.spec.template}');
    const pod = checkPod(JSON.parse(template) as PodTemplate, NAME, namespace, without);
    const { name } = pod.metadata;
    await this.#cluster.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
    try {
      // Failed is what the exit status of a discrepancy makes of it.
      await eventually(`${name} has ended`, async () => {
        const phase = await this.#kubectl('get', 'pod', name, '-o', 'jsonpath={.status.phase}');
        return phase === 'Succeeded' || phase === 'Failed' ? phase : undefined;
      });
      return await this.#kubectl('logs', name);
    } finally {
      await this.#kubectl('delete', 'pod', name, '--grace-period=1', '--wait=false');
    }
  }

  /** Waits for so many sweeps. */
  async sweeps(count: number): Promise<void> {
    await sleep(count * SWEEP_SECONDS * 1100);
  }

  async remove(): Promise<void> {
    await this.#cluster.kubectl(['delete', '-k', 'manifests/node-agent', '--wait=false']);
  }

  /** In the namespace of the agent. */
  #kubectl(...args: readonly string[]): Promise<string> {
    return this.#cluster.kubectl(['-n', NAME, ...args]);
  }
}
