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

interface CommandResult {
  readonly status: number;
  readonly output: string;
}

export interface Cost {
  readonly cpuSeconds: number;
  readonly residentKiB: number;
  /** Of these, what is not mapped from files. */
  readonly anonymousKiB: number;
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

  /**
   * Runs commands in the network of a pod, by the programs of the agent's image: `iptables-legacy -t nat -F OUTPUT`.
   *
   * @returns what each has printed; throws with it if one fails
   */
  async run(uid: string, ...commands: readonly string[]): Promise<readonly string[]> {
    const words = commands.map((command) => command.split(' '));
    const results = (await this.#job({ do: 'run', pod: uid, commands: words })) as CommandResult[];
    for (const [at, { status, output }] of results.entries()) {
      if (status !== 0) throw new Error(`${commands[at]} ended with ${status}: ${output}`);
    }
    return results.map(({ output }) => output);
  }

  /** What the processes of a pod, and the children that they have waited for, have used until now. */
  async cost(uid: string): Promise<Cost> {
    return (await this.#job({ do: 'cost', pod: uid })) as Cost;
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
