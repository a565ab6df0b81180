/** The node agent on the cluster, installed as docs/node-agent.md tells a user to, but looking more often. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type TestCluster } from '../scenarios/cluster.ts';
import type { CheckedPod } from './seen-pod.ts';

const NAME = 'osm-auditor-node-agent';
/** A sweep each so many seconds. */
export const SWEEP_SECONDS = 5;

/** What its DaemonSet makes, as far as a test makes the like. */
interface PodTemplate {
  readonly spec: {
    readonly containers: readonly {
      readonly securityContext: { readonly capabilities: { readonly add: readonly string[] } };
      readonly [field: string]: unknown;
    }[];
    readonly [field: string]: unknown;
  };
}

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
    const args = [
      {
        op: 'add',
        path: '/spec/template/spec/containers/0/args/-',
        value: `--sweep-interval=${SWEEP_SECONDS}s`,
      },
    ];
    await cluster.kubectl([
      'patch',
      'daemonset',
      NAME,
      '-n',
      NAME,
      '--type=json',
      '-p',
      JSON.stringify(args),
    ]);
    await cluster.kubectl(['rollout', 'status', `daemonset/${NAME}`, '-n', NAME, '--timeout=120s']);
    return new NodeAgent(cluster);
  }

  async uid(): Promise<string> {
    const of = 'jsonpath={.items[?(@.status.phase=="Running")].metadata.uid}';
    return this.#cluster.kubectl([
      'get',
      'pods',
      '-n',
      NAME,
      '-l',
      `app.kubernetes.io/name=${NAME}`,
      '-o',
      of,
    ]);
  }

  /** The samples of a metric, now. */
  async samples(metric: string): Promise<readonly Sample[]> {
    const pod = await this.#cluster.kubectl([
      'get',
      'pods',
      '-n',
      NAME,
      '-o',
      'jsonpath={.items[0].metadata.name}',
    ]);
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
    const text = await this.#cluster.kubectl([
      'get',
      'daemonset',
      NAME,
      '-n',
      NAME,
      '-o',
      'jsonpath={.spec.template}',
    ]);
    const template = JSON.parse(text) as PodTemplate;
    const [container] = template.spec.containers;
    if (container === undefined) throw new Error('the DaemonSet has no container');
    const { capabilities } = container.securityContext;
    const add = capabilities.add.filter((capability) => capability !== without);
    const name = without === undefined ? 'once' : `without-${without.toLowerCase().replaceAll('_', '-')}`;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: NAME },
      spec: {
        ...template.spec,
        restartPolicy: 'Never',
        containers: [
          {
            ...container,
            livenessProbe: undefined,
            readinessProbe: undefined,
            args: ['check', '--live', '--node=$(NODE_NAME)', '-n', namespace, '-o', 'json'],
            securityContext: { ...container.securityContext, capabilities: { ...capabilities, add } },
          },
        ],
      },
    };
    await this.#cluster.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
    try {
      // Failed is what the exit status of a discrepancy makes of it.
      await eventually(`${name} has ended`, async () => {
        const phase = await this.#cluster.kubectl([
          'get',
          'pod',
          name,
          '-n',
          NAME,
          '-o',
          'jsonpath={.status.phase}',
        ]);
        return phase === 'Succeeded' || phase === 'Failed' ? phase : undefined;
      });
      return await this.#cluster.kubectl(['logs', name, '-n', NAME]);
    } finally {
      await this.#cluster.kubectl(['delete', 'pod', name, '-n', NAME, '--grace-period=1', '--wait=false']);
    }
  }

  /** Waits for so many sweeps. */
  async sweeps(count: number): Promise<void> {
    await sleep(count * SWEEP_SECONDS * 1100);
  }

  async remove(): Promise<void> {
    await this.#cluster.kubectl(['delete', '-k', 'manifests/node-agent', '--wait=false']);
  }
}
