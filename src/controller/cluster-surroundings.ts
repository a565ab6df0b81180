/** What surrounds a pod in a watched cluster: its namespace and the mesh configuration, from the informers. */
import { findConfig } from '../core/osm/find-config.ts';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { describeError } from '../kube/describe-error.ts';
import type { Surroundings } from './gatherer.ts';
import type { Informers } from './informers.ts';

type Sources = Pick<Informers, 'namespaces' | 'configMaps'>;

export class ClusterSurroundings implements Surroundings {
  readonly #sources: Sources;
  readonly #osmNamespace: string | undefined;
  /** Reading the lists anew for each of thousands of pods would be waste; a change of the object ends it. */
  #found: ConfigLookup | undefined;

  constructor(sources: Sources, osmNamespace: string | undefined) {
    this.#sources = sources;
    this.#osmNamespace = osmNamespace;
    sources.configMaps.onChange(() => {
      this.#found = undefined;
    });
  }

  namespace(name: string): Namespace | undefined {
    const { namespaces } = this.#sources;
    return namespaces.refusal === undefined ? namespaces.get(name) : undefined;
  }

  config(): ConfigLookup {
    const { configMaps } = this.#sources;
    // While the server does not answer at all, what it said last is the best there is. A refusal is an answer.
    if (configMaps.refusal !== undefined)
      return { kind: 'unreadable', reason: describeError(configMaps.refusal) };
    if (!configMaps.synced) return { kind: 'unreadable', reason: 'it has not been listed yet' };
    this.#found ??= findConfig([...configMaps.values()], this.#osmNamespace);
    return this.#found;
  }
}
