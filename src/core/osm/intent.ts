/**
 * What the configuration and a pod's annotation mean together: the exclusions that this one pod should have.
 *
 * The rules are OSM's: ranges come from the configuration alone; ports are the configuration's first, then the pod's,
 * each once. One bad item makes the injector drop the whole annotation and admit the pod without it.
 */
import { readPortList, type ListedPort, type ListedRange, type ListProblem } from './exclusion-lists.ts';
import type { MeshConfig } from './mesh-config.ts';
import { OUTBOUND_PORTS_ANNOTATION } from './names.ts';
import type { Pod } from './pod.ts';

export interface Intent {
  readonly outboundRanges: readonly ListedRange[];
  readonly outboundPorts: readonly ListedPort[];
  /** What is wrong with the pod's annotation. */
  readonly annotationProblems: readonly ListProblem[];
  /** Whether the injector ignores the whole annotation for it. */
  readonly annotationIgnored: boolean;
}

/** Pods that say nothing of their own share one intent: most of a mesh does. */
const common = new WeakMap<MeshConfig, Intent>();

export function intentFor(pod: Pod, config: MeshConfig): Intent {
  if (pod.annotations[OUTBOUND_PORTS_ANNOTATION] !== undefined) return mergedIntent(pod, config);
  const known = common.get(config) ?? mergedIntent(pod, config);
  common.set(config, known);
  return known;
}

function mergedIntent(pod: Pod, config: MeshConfig): Intent {
  const annotation = annotatedPorts(pod);
  const annotationIgnored = annotation.problems.some(({ text }) => !isNumberToOsm(text));
  const fromPod = annotationIgnored ? [] : annotation.items;
  const ports = new Map<number, ListedPort>();
  for (const item of [...config.outboundPorts.items, ...fromPod]) {
    if (!ports.has(item.port)) ports.set(item.port, item);
  }
  return {
    outboundRanges: config.outboundRanges.items,
    outboundPorts: [...ports.values()],
    annotationProblems: annotation.problems,
    annotationIgnored,
  };
}

/** Go's Atoi, and above zero: `080` and `70000` pass, although iptables refuses the one and knows no such port. */
function isNumberToOsm(text: string): boolean {
  return /^\+?[0-9]+$/.test(text) && Number(text) > 0;
}

/** An annotation that is there but empty is one empty item, which the injector does not take. */
function annotatedPorts(pod: Pod): ReturnType<typeof readPortList> {
  const text = pod.annotations[OUTBOUND_PORTS_ANNOTATION];
  if (text?.trim() !== '') return readPortList(text);
  return { items: [], problems: [{ text, reason: 'an empty list' }] };
}
