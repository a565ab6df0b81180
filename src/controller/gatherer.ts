/**
 * Gathers what a verdict depends on. The listers behind it are informers in the cluster and files at a desk, so a
 * verdict of the controller can be reproduced from files.
 */
import type { AuditInput } from '../core/audit/judgement.ts';
import type { ConfigSet } from '../core/osm/choose-config.ts';
import type { Fork } from '../core/osm/dialect.ts';
import type { Namespace, Pod } from '../core/osm/pod.ts';

/** What is known beside the pod itself. */
export interface Surroundings {
  /** undefined when the namespace is not known. */
  namespace(name: string): Namespace | undefined;
  /** The same object as long as nothing has changed. */
  configs(): ConfigSet;
}

export interface GatherOptions {
  /** How long a pod may take to start, in milliseconds. */
  readonly graceMs: number;
  /** How long an injector may go on using a configuration that has been changed, in milliseconds. */
  readonly settleMs: number;
  readonly fork: Fork;
}

/** @param now milliseconds since the epoch */
export function gather(pod: Pod, around: Surroundings, options: GatherOptions, now: number): AuditInput {
  return {
    pod,
    namespace: around.namespace(pod.namespace),
    configs: around.configs(),
    now,
    graceMs: options.graceMs,
    settleMs: options.settleMs,
    fork: options.fork,
  };
}
