/** The pod that looks at the kernel from the node that the tests' pods run on: e2e/node/pod/agent.py. */
import { eventually, type TestCluster } from '../scenarios/cluster.ts';
import { TOOLS } from '../node/pod-images.ts';

/** A TCP connection by a process of the user. */
export interface Dial {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
}

export interface Look {
  /** For each dial what the other end said of itself, or what happened instead. */
  readonly arrivals: readonly string[];
  /** What iptables-save prints of the nat table, by backend; empty when the pod has no process. */
  readonly tables: Readonly<Partial<Record<'legacy' | 'nft', string>>>;
}

/** Ports of the world outside. */
export const OUTSIDE_PORTS = [80, 443, 6379, 7070, 8080];
const NAMESPACE = 'ground';

export class Agent {
  readonly #cluster: TestCluster;

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  static async deploy(cluster: TestCluster): Promise<Agent> {
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(NAMESPACE_OBJECT));
    await eventually('the account of the agent', () =>
      cluster.kubectl(['get', 'serviceaccount', 'default', '-n', NAMESPACE]),
    );
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(POD));
    await cluster.kubectl(['wait', '-n', NAMESPACE, 'pod/agent', '--for=condition=Ready', '--timeout=60s']);
    const agent = new Agent(cluster);
    await agent.#job({ do: 'ready' });
    return agent;
  }

  /** @param pods by uid: the connections to make from inside */
  look(pods: Readonly<Record<string, readonly Dial[]>>): Promise<Readonly<Record<string, Look>>> {
    return this.#job({ do: 'look', pods }) as Promise<Readonly<Record<string, Look>>>;
  }

  /** Connections from the node, which for a pod is another host. */
  dial(dials: readonly Dial[]): Promise<readonly string[]> {
    return this.#job({ do: 'dial', dials }) as Promise<readonly string[]>;
  }

  /** Ends the process that holds a pod's network: the kubelet makes a new one, and runs init containers again. */
  async killSandbox(uid: string): Promise<void> {
    await this.#job({ do: 'kill-sandbox', pod: uid });
  }

  /** Kills the kubelet, which somebody starts again. */
  async restartKubelet(): Promise<void> {
    await this.#job({ do: 'signal-kubelet', signal: 'SIGKILL', continueAfter: 0 });
  }

  /** Stops the kubelet for a while, as a node that is cut off. */
  async pauseKubelet(seconds: number): Promise<void> {
    await this.#job({ do: 'signal-kubelet', signal: 'SIGSTOP', continueAfter: seconds });
  }

  async #job(job: object): Promise<unknown> {
    const args = ['exec', '-i', '-n', NAMESPACE, 'agent', '--', 'python3', '/opt/agent.py'];
    return JSON.parse(await this.#cluster.kubectl(args, JSON.stringify(job)));
  }
}

const NAMESPACE_OBJECT = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'agent', namespace: NAMESPACE },
  spec: {
    hostPID: true,
    hostNetwork: true,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'agent',
        image: TOOLS,
        imagePullPolicy: 'IfNotPresent',
        command: ['python3', '/opt/application.py', 'outside', ...OUTSIDE_PORTS.map(String)],
        securityContext: { privileged: true },
      },
    ],
  },
};
