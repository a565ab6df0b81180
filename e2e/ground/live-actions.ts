/** What the scenarios of live.e2e.ts do to their pods and see of them. */
import type { Backend } from '../node/pod-images.ts';
import { APP } from './dials.ts';
import type { Ground } from './ground.ts';
import { NAMESPACE } from './live-pods.ts';
import { saysLive, type SeenPod } from './seen-pod.ts';

export class LiveActions {
  readonly ground: Ground;

  constructor(ground: Ground) {
    this.ground = ground;
  }

  async pod(name: string): Promise<SeenPod> {
    const found = (await this.ground.pods(NAMESPACE)).get(name);
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  }

  /** Waits until the node agent says this of the pod, and returns how long that took, in seconds. */
  async becomes(name: string, live: string): Promise<number> {
    return (await this.ground.become(NAMESPACE, { [name]: saysLive(live) }, 60_000)).get(name) ?? 0;
  }

  /** Where a connection by the application arrives. */
  async arrival(uid: string, to: string): Promise<string> {
    const [address = '', port = ''] = to.split(':');
    const look = (await this.ground.agent.look({ [uid]: [{ address, port: Number(port), uid: APP }] }))[uid];
    return look?.arrivals[0] ?? '';
  }

  /** Runs commands in the pod's network, written like those of a deed, and returns what each has printed. */
  run(uid: string, backend: Backend, commands: readonly string[]): Promise<readonly string[]> {
    const other = backend === 'legacy' ? 'nft' : 'legacy';
    const words = commands.map((each) => {
      return each.replace('IPTABLES', `iptables-${backend}`).replace('OTHER', `iptables-${other}`);
    });
    return this.ground.agent.run(uid, ...words);
  }
}
