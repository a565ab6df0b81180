/** What surrounds a pod in a watched cluster: its namespace and the mesh configurations, from the informers. */
import type { ConfigSet, UnreadableKind } from '../core/osm/choose-config.ts';
import type { ConfigKind } from '../core/osm/mesh-config.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { describeError } from '../kube/describe-error.ts';
import type { Surroundings } from './gatherer.ts';
import type { Informers } from './informers.ts';

type Sources = Pick<Informers, 'namespaces' | 'configs' | 'webhooks'>;

export class ClusterSurroundings implements Surroundings {
  readonly #sources: Sources;
  readonly #osmNamespace: string | undefined;
  /** Reading the lists anew for each of thousands of pods would be waste; a change of an object ends it. */
  #found: ConfigSet | undefined;

  constructor(sources: Sources, osmNamespace: string | undefined) {
    this.#sources = sources;
    this.#osmNamespace = osmNamespace;
    const forget = (): void => {
      this.#found = undefined;
    };
    for (const informer of [...Object.values(sources.configs), sources.webhooks]) {
      informer.onChange(forget);
      informer.onRefusal(forget);
    }
  }

  namespace(name: string): Namespace | undefined {
    const { namespaces } = this.#sources;
    return namespaces.refusal === undefined ? namespaces.get(name) : undefined;
  }

  configs(): ConfigSet {
    const { configs, webhooks } = this.#sources;
    const kinds = Object.entries(configs) as readonly [ConfigKind, Sources['configs'][ConfigKind]][];
    const set = this.#found ?? {
      configs: kinds.flatMap(([, informer]) => [...informer.values()]),
      // Without the right to read them, meshes are told apart by what their configurations say alone.
      meshes: [...webhooks.values()].flat(),
      unreadable: kinds.flatMap(([kind, informer]) => unreadable(kind, informer)),
      osmNamespace: this.#osmNamespace,
      searched: 'any namespace',
    };
    // What has not been listed yet changes without an object that changes.
    if (kinds.every(([, { synced, refusal }]) => synced || refusal !== undefined)) this.#found = set;
    return set;
  }
}

/** While the server does not answer at all, what it said last is the best there is. A refusal is an answer. */
function unreadable(
  kind: ConfigKind,
  { refusal, synced }: Sources['configs'][ConfigKind],
): readonly UnreadableKind[] {
  if (refusal !== undefined) return [{ kind, reason: describeError(refusal) }];
  return synced ? [] : [{ kind, reason: 'it has not been listed yet' }];
}
