/**
 * Gathers what a verdict depends on. The listers behind it are informers in the cluster and files at a desk, so a
 * verdict of the controller can be reproduced from files.
 */
import type { AuditInput } from '../core/audit/judgement.ts';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';
import { DEFAULT_OSM_NAMESPACE } from '../core/osm/names.ts';
import type { Namespace, Pod } from '../core/osm/pod.ts';

/** What is known beside the pod itself. */
export interface Surroundings {
  /** undefined when the namespace is not known. */
  namespace(name: string): Namespace | undefined;
  config(): ConfigLookup;
}

export interface GatherOptions {
  /** Where OSM runs, if the user has said so. */
  readonly osmNamespace: string | undefined;
  /** How long a pod may take to start, in milliseconds. */
  readonly graceMs: number;
}

/** One minute: a sidecar is ready within seconds; pulling images comes before it and has its own states. */
export const DEFAULT_GRACE_MS = 60_000;

/** @param now milliseconds since the epoch */
export function gather(pod: Pod, around: Surroundings, options: GatherOptions, now: number): AuditInput {
  const config = around.config();
  const found = config.kind === 'found' ? config.config.namespace : DEFAULT_OSM_NAMESPACE;
  return {
    pod,
    namespace: around.namespace(pod.namespace),
    config,
    osmNamespace: options.osmNamespace ?? found,
    now,
    graceMs: options.graceMs,
  };
}
