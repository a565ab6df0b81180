/** The commands that mend a pod, to copy into a terminal. osm-auditor itself never runs them. */
import type { MeshConfig } from '../osm/mesh-config.ts';
import type { Pod } from '../osm/pod.ts';
import { shellWord } from './quote.ts';

const RESTARTABLE = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** Replaces the pod by a new one, which the injector gives the rules of today. */
export function recreateCommand(pod: Pod): string {
  const { owner } = pod;
  if (owner !== undefined && RESTARTABLE.has(owner.kind)) {
    const workload = shellWord(`${owner.kind.toLowerCase()}/${owner.name}`);
    return `kubectl -n ${shellWord(pod.namespace)} rollout restart ${workload}`;
  }
  // Nobody would make another one, and a saved copy of the living one carries its old rules.
  if (owner === undefined) return 'Create the pod again from its own manifest, without what was injected.';
  return `kubectl -n ${shellWord(pod.namespace)} delete pod ${shellWord(pod.name)}`;
}

/** Puts a pod's annotation where new pods get it from, which makes new pods too. */
export function annotateTemplateCommand(pod: Pod, annotation: string): string {
  const { owner } = pod;
  if (owner === undefined || !RESTARTABLE.has(owner.kind)) {
    return "Put the annotation into the workload's pod template and create the pod again.";
  }
  const annotations = { [annotation]: pod.annotations[annotation] ?? '' };
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations } } } });
  const workload = shellWord(`${owner.kind.toLowerCase()}/${owner.name}`);
  return `kubectl -n ${shellWord(pod.namespace)} patch ${workload} -p ${shellWord(patch)}`;
}

export function logCommand(pod: Pod, container: string): string {
  return `kubectl -n ${shellWord(pod.namespace)} logs ${shellWord(pod.name)} -c ${shellWord(container)}`;
}

export function describeCommand(pod: Pod): string {
  return `kubectl -n ${shellWord(pod.namespace)} describe pod ${shellWord(pod.name)}`;
}

export function editCommand(config: MeshConfig): string {
  const kind = config.kind === 'ConfigMap' ? 'configmap' : 'meshconfig';
  return `kubectl -n ${shellWord(config.namespace)} edit ${kind} ${shellWord(config.name)}`;
}
