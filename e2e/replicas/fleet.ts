/** Several replicas of the bundle on one cluster, each a process of its own, as a Deployment or StatefulSet would run them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ControllerProcess, metricValue } from '../scenarios/controller-process.ts';

const POLL_MS = 50;
/** A test has no patience for the defaults; a Lease knows whole seconds only. */
const HASTE = ['--lease-duration', '2', '--renew-deadline', '1.2', '--retry-period', '0.3'];

export class Fleet {
  readonly #args: readonly string[];
  readonly #replicas: ControllerProcess[] = [];

  /** @param kubeconfig of an account with the rights of the manifests */
  constructor(kubeconfig: string, leaseNamespace: string) {
    const election = ['--leader-elect', '--lease-namespace', leaseNamespace, ...HASTE];
    this.#args = ['--kubeconfig', kubeconfig, '--settle-period', '0', ...election];
  }

  /** Starts a replica; resolves when it has judged everything. */
  async start(...args: readonly string[]): Promise<ControllerProcess> {
    const replica = ControllerProcess.start([...this.#args, ...args]);
    this.#replicas.push(replica);
    await replica.ready();
    return replica;
  }

  /** The replicas that say that they lead at this moment. */
  async leaders(): Promise<readonly ControllerProcess[]> {
    const leading = await Promise.all(
      this.#replicas.map(async (replica) => {
        const { text } = await replica.get('/metrics');
        return metricValue(text, 'osm_auditor_leader') === 1;
      }),
    );
    return this.#replicas.filter((_, at) => leading[at]);
  }

  /** Waits for the one that leads. */
  async leader(withinMs = 15_000): Promise<ControllerProcess> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      const [leader, ...others] = await this.leaders();
      if (others.length > 0) throw new Error('two replicas say that they lead');
      if (leader !== undefined) return leader;
      await sleep(POLL_MS);
    }
    throw new Error(`nobody leads after ${withinMs / 1000} s`);
  }

  /** Ends a replica without a goodbye: its Lease stays as it is. */
  kill(replica: ControllerProcess): void {
    replica.signal('SIGKILL');
    this.#replicas.splice(this.#replicas.indexOf(replica), 1);
  }

  /** Ends a replica by SIGTERM and answers its exit status. */
  async stop(replica: ControllerProcess): Promise<number | null> {
    this.#replicas.splice(this.#replicas.indexOf(replica), 1);
    return replica.stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#replicas.splice(0).map((replica) => replica.stop()));
  }
}
