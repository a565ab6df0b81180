/**
 * A pod's snapshot as an informer of thousands of them keeps it: a few hundred bytes a pod, since pods of one template
 * differ in little but names, addresses and times.
 *
 * Guarantees: `pod` and `condition` are equal to those of the snapshot that was packed.
 * Limits: each reading of `pod` makes it anew, in a few microseconds, and of parts that other pods share; hold on to it while
 * working with it.
 */
import { PRODUCTS, RELEVANT_ANNOTATIONS } from '../core/osm/names.ts';
import type { Pod } from '../core/osm/pod.ts';
import type { Condition } from '../kube/conditions.ts';
import type { Shape } from './marks.ts';
import { Packer, type Own } from './packing.ts';
import type { PodSnapshot } from './pod-snapshot.ts';

const CONTAINERS: Own<Pod['containers']> = { status: { state: { startedAt: true, finishedAt: true } } };

const pods = new Packer<Omit<Pod, 'uid'>>({
  name: true,
  createdAt: true,
  addresses: true,
  bootstrapSecrets: true,
  labels: Object.fromEntries(PRODUCTS.map(({ proxyLabel }) => [proxyLabel, true])),
  annotatedAt: Object.fromEntries(RELEVANT_ANNOTATIONS.map((name) => [name, true])),
  initContainers: CONTAINERS,
  containers: CONTAINERS,
  ephemeralContainers: CONTAINERS,
});
const conditions = new Packer<Condition>({ lastTransitionTime: true });

export class PackedPod implements PodSnapshot {
  // Flat, since an object costs as much memory as three members.
  readonly #uid: string;
  readonly #shape: Shape;
  readonly #own: string;
  readonly #conditionShape: Shape | undefined;
  readonly #conditionOwn: string | undefined;

  constructor({ pod: { uid, ...rest }, condition }: PodSnapshot) {
    const pod = pods.pack(rest);
    const packedCondition = condition && conditions.pack(condition);
    // The very string that the object has, which its keeper may hold as well.
    this.#uid = uid;
    this.#shape = pod.shape;
    this.#own = pod.own;
    this.#conditionShape = packedCondition?.shape;
    this.#conditionOwn = packedCondition?.own;
  }

  get pod(): Pod {
    return { uid: this.#uid, ...pods.unpack({ shape: this.#shape, own: this.#own }) };
  }

  get condition(): Condition | undefined {
    const [shape, own] = [this.#conditionShape, this.#conditionOwn];
    return shape === undefined || own === undefined ? undefined : conditions.unpack({ shape, own });
  }

  /** Whether the two are the same pod in the same state, whatever their conditions. */
  samePod(other: PackedPod): boolean {
    return this.#uid === other.#uid && this.#shape === other.#shape && this.#own === other.#own;
  }
}
