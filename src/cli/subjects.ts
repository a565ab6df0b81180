/** What `check`, `expected` and `trace` work on: pods with where they come from, and what surrounds them. */
import type { Surroundings } from '../controller/gatherer.ts';
import type { Pod } from '../core/osm/pod.ts';
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

export interface Subjects {
  readonly pods: readonly Subject[];
  readonly around: Surroundings;
  /** Those of the configurations that were read from files, where they were asked for. */
  readonly configTexts?: ConfigTexts;
}

/** kubectl's options that choose pods. */
export interface Selection extends JudgingOptions, ConnectionOptions {
  readonly filename: readonly string[];
  readonly namespace?: string;
  /** Outweighs `namespace`, as in kubectl. */
  readonly allNamespaces: boolean;
  readonly selector?: string;
  readonly osmNamespace?: string;
}
