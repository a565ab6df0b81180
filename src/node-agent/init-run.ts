/**
 * Which run of osm-init a pod's rules are of: what the kernel was seen to hold says nothing about a later run. Pure.
 *
 * Limit: a pod whose addresses change has lost its network, so it counts as another run, too.
 */
import { hasRun } from '../core/audit/live-run.ts';
import { initContainerOf, sidecarOf } from '../core/osm/names.ts';
import type { Pod } from '../core/osm/pod.ts';

/** Other than before when osm-init has run again; undefined while it has not ended, or nothing has started yet. */
export function initRunOf(pod: Pod): string | undefined {
  const init = initContainerOf(pod);
  const ended = init === undefined ? pod.phase === 'Running' : hasRun({ init, sidecar: sidecarOf(pod) });
  if (!ended) return undefined;
  const state = init?.status?.state;
  const finishedAt = state?.kind === 'terminated' ? state.finishedAt : undefined;
  return JSON.stringify([pod.uid, pod.addresses, init?.status?.restarts, finishedAt]);
}
