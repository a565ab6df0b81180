/** What `check`, `expected` and `trace` work on: pods with where they come from, and what surrounds them. */
import type { Surroundings } from '../controller/gatherer.ts';
import type { Owner, Pod } from '../core/osm/pod.ts';
import type { Origin, SourceObject } from './input/source-object.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { JudgingOptions } from './judging-options.ts';
import type { ConfigTexts } from './place.ts';

export interface Subject {
  readonly pod: Pod;
  /** The place in a file that the pod was read from; undefined for one from a cluster. */
  readonly source: Origin | undefined;
  /** Its text, where it was asked for. */
  readonly text?: SourceObject;
}

/** A pod that is only to be created: of a workload, or described by itself. */
export interface Manifest extends Subject {
  /** Of the object that describes it: `Deployment` or `Pod`. */
  readonly kind: string;
  /** What owns its pods once they are there: the workload, and those that it makes. */
  readonly names: readonly Owner[];
}

export interface Subjects {
  readonly pods: readonly Subject[];
  /** Where they were asked for. */
  readonly manifests?: readonly Manifest[];
  readonly around: Surroundings;
  /** Those of the configurations that were read from files, where they were asked for. */
  readonly configTexts?: ConfigTexts;
}

/** What of files is wanted beside the pods. */
export interface Wanted {
  /** The texts of the objects, for whoever asks for the line of a value. */
  readonly texts?: boolean;
  /** Workloads, and pods that are only to be created; without, the latter are pods like all others. */
  readonly manifests?: boolean;
}

/** kubectl's options that choose pods. */
export interface Selection extends JudgingOptions, ConnectionOptions {
  readonly filename: readonly string[];
  readonly namespace?: string;
  /** Outweighs `namespace`, as in kubectl. */
  readonly allNamespaces: boolean;
  readonly selector?: string;
  /** Of pods in a cluster those of this node alone. */
  readonly node?: string;
  readonly osmNamespace?: string;
}
