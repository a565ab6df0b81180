/**
 * Kills the leader in the middle of a sweep, again and again, and looks at what the cluster was told: every finding once,
 * whoever told it.
 *
 * In each round the configuration changes for all pods, new pods come that are wrong by themselves, and the leader is
 * killed at some moment of the next second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { conditionOf, judge } from '../faults/verdicts.ts';
import { RECORDED, World } from '../faults/world.ts';
import { CONDITION, type Event } from '../scenarios/reported.ts';
import type { Random } from '../../src/testing/random.ts';
import { Fleet } from './fleet.ts';

const CONFIG_MAPS = '/api/v1/namespaces/osm-system/configmaps';
/** Many more than get an Event each. */
const PODS = 120;
const NEW_PODS = 3;
/** The leader is killed so long after the change at most; a sweep with its writes takes about as long. */
const WITHIN_MS = 500;
const FIRST_PORT = 10_000;

export interface Round {
  /** After the change, in milliseconds. */
  readonly killedAfterMs: number;
  /** Pods whose condition the leader had brought up to date by then. */
  readonly written: number;
  /** From the kill until everything was as it should be, in seconds. */
  readonly seconds: number;
}

export class Failover {
  readonly #plane: ControlPlane;
  readonly #fleet: Fleet;
  readonly #world: World;
  readonly #random: Random;
  #round = 0;

  private constructor(plane: ControlPlane, fleet: Fleet, world: World, random: Random) {
    this.#plane = plane;
    this.#fleet = fleet;
    this.#world = world;
    this.#random = random;
  }

  /** Creates the pods and starts three replicas on them. */
  static async start(plane: ControlPlane, kubeconfig: string, random: Random): Promise<Failover> {
    const fleet = new Fleet(kubeconfig, 'osm-auditor');
    const world = await World.create(plane, 'failover');
    const names = Array.from({ length: PODS }, (_, at) => `good-${at}`);
    await Promise.all(names.map((name) => world.create(name, RECORDED.good)));
    const failover = new Failover(plane, fleet, world, random);
    await Promise.all([fleet.start(), fleet.start(), fleet.start()]);
    await fleet.leader();
    await failover.#right();
    return failover;
  }

  /** @throws Error that says what is not right after the time in which it should be */
  async round(): Promise<Round> {
    const leader = await this.#fleet.leader();
    this.#round += 1;
    const data = { outbound_port_exclusion_list: String(FIRST_PORT + this.#round) };
    const newcomers = Array.from({ length: NEW_PODS }, (_, at) => `bad-${this.#round}-${at}`);
    const killedAfterMs = this.#random.below(WITHIN_MS);
    await Promise.all([
      this.#plane.request('PATCH', `${CONFIG_MAPS}/osm-config`, { data }),
      ...newcomers.map((name) => this.#world.create(name, RECORDED.withoutInit)),
      sleep(killedAfterMs).then(() => this.#fleet.kill(leader)),
    ]);
    const begun = Date.now();
    const late = (await this.#wrongConditions()).filter((name) => name.startsWith('good-'));
    const [seconds] = await Promise.all([
      this.#right().then(() => (Date.now() - begun) / 1000),
      this.#fleet.start(),
    ]);
    return { killedAfterMs, written: PODS - late.length, seconds };
  }

  async stop(): Promise<void> {
    await this.#fleet.stopAll();
  }

  /** Resolves when the truth is told, and only once. */
  async #right(withinMs = 30_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const wrong = await this.#wrongConditions();
      if (wrong.length === 0) break;
      if (Date.now() > deadline) throw new Error(`not right after ${withinMs / 1000} s: ${wrong.join(', ')}`);
      await sleep(100);
    }
    const complaints = [...(await this.#aboutThePods()), ...(await this.#aboutTheConfiguration())];
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
  }

  async #wrongConditions(): Promise<readonly string[]> {
    const judged = new Map((await judge(this.#plane.kubeconfig)).map((pod) => [pod.uid, pod]));
    return (await this.#world.pods()).flatMap(({ metadata, status }) => {
      const pod = judged.get(metadata.uid);
      const said = status.conditions?.find(({ type }) => type === CONDITION);
      const up = said?.message.includes(String(FIRST_PORT + this.#round)) === true;
      const wanted = pod === undefined ? undefined : conditionOf(pod);
      const right = wanted === (said && `${said.status} ${said.reason}`);
      // Of a port that is missing the condition must name the one of this round.
      return right && (up || said?.reason !== 'ExcludedPortMissing') ? [] : [metadata.name];
    });
  }

  /** Each new pod has one Event of what is wrong with it, told once; the others have none. */
  async #aboutThePods(): Promise<readonly string[]> {
    const events = await this.#world.events();
    const bad = (await this.#world.pods()).filter(({ metadata }) => metadata.name.startsWith('bad-'));
    const strangers = events.filter(({ regarding }) => !regarding.name.startsWith('bad-'));
    return [
      ...strangers.map(({ regarding, reason }) => `${regarding.name} has an Event ${reason} of its own`),
      ...bad.flatMap(({ metadata: { name, uid } }) => {
        const own = events.filter(({ regarding }) => regarding.uid === uid);
        return own.length === 1 && own[0]?.series === undefined ? [] : [`${name} was told of ${counts(own)}`];
      }),
    ];
  }

  /** The configuration has one Event for each round, told once. */
  async #aboutTheConfiguration(): Promise<readonly string[]> {
    const answer = await this.#plane.request('GET', '/apis/events.k8s.io/v1/namespaces/osm-system/events');
    const { items } = JSON.parse(answer.body) as { readonly items: readonly Event[] };
    const rolledUp = items.filter(({ reason }) => reason === 'ExcludedPortMissing');
    const once = rolledUp.every(({ series }) => series === undefined);
    return rolledUp.length === this.#round && once
      ? []
      : [`${this.#round} changes of the configuration were told of ${counts(rolledUp)}`];
  }
}

function counts(events: readonly Event[]): string {
  const times = events.map(({ reason, series }) => `${reason} ${series?.count ?? 1} times`);
  return times.length === 0 ? 'nothing' : times.join(', ');
}

/** The kubeconfig of the controller's own account, with the rights that the manifests give it. */
export async function manifestKubeconfig(plane: ControlPlane, manifests: string): Promise<string> {
  const { code, stderr } = await plane.kubectl(['apply', '-k', manifests]);
  if (code !== 0) throw new Error(`the manifests are refused: ${stderr}`);
  await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'osm-system' } });
  await plane.request('POST', CONFIG_MAPS, { metadata: { name: 'osm-config' }, data: {} });
  return plane.kubeconfigFor({ serviceAccount: { namespace: 'osm-auditor', name: 'osm-auditor' } });
}
