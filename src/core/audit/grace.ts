/**
 * The grace period: how long a pod may take to start before that is a finding.
 *
 * It runs from the last thing that happened to the pod: its creation, the end of osm-init, the start of the sidecar.
 */
import { initContainerOf, sidecarOf } from '../osm/names.ts';
import type { Container, Pod } from '../osm/pod.ts';

/** Milliseconds since the epoch; undefined when the pod tells no time at all, and then there is no grace. */
export function graceEnd(pod: Pod, graceMs: number): number | undefined {
  const moments = [pod.createdAt, lastMoment(initContainerOf(pod)), lastMoment(sidecarOf(pod))];
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.max(...known) + graceMs;
}

function lastMoment(container: Container | undefined): number | undefined {
  const state = container?.status?.state;
  switch (state?.kind) {
    case 'running':
      return state.startedAt;
    case 'terminated':
      return state.finishedAt;
    case 'waiting':
    case undefined:
      return undefined;
  }
}
