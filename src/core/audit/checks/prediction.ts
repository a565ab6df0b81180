/**
 * What will go wrong when the pod is created again: the script that the injector would write for it now is run on the
 * model, before any pod restarts.
 *
 * Limits: what the configuration alone breaks is told of the configuration; the injector is taken to be of the release
 * that made the pod.
 */
import { isIpv6, problemsOf } from '../../osm/lists.ts';
import { intentOfConfig, type Intent } from '../../osm/intent.ts';
import type { MeshConfig } from '../../osm/mesh-config.ts';
import type { Release } from '../../osm/releases.ts';
import { finding, type Finding } from '../finding.ts';
import type { Check } from '../judgement.ts';
import { leavesNothing } from '../reach.ts';
import { startOf } from '../start.ts';
import { isValid } from './config.ts';

export const checkPrediction: Check = ({ pod, config, intent, release, init }) => {
  if (config === undefined || intent === undefined || release === undefined || !isValid(config)) return [];
  // Of pods without an annotation the configuration's own findings say all there is to say.
  if (intent.annotations.some(({ fate }) => fate === 'honoured')) {
    const annotated = ofAnnotations(config, intent, release);
    if (annotated.length > 0) return annotated;
  }
  const [address] = pod.addresses;
  if (intent.podIpMode && address !== undefined && isIpv6(address) && init?.env['POD_IP'] === null) {
    const message = `A new pod will not start: the mode PodIP sends to the pod's address, which is the IPv6 address ${address}, and iptables refuses it.`;
    return [finding('RecreationWillFail', message, { evidence: { text: address } })];
  }
  return [];
};

/** Pods with the same annotations share their intent, and so what follows from it. */
const known = new WeakMap<Intent, readonly Finding[]>();

function ofAnnotations(config: MeshConfig, intent: Intent, release: Release): readonly Finding[] {
  const found = known.get(intent) ?? predict(config, intent, release);
  known.set(intent, found);
  return found;
}

function predict(config: MeshConfig, intent: Intent, release: Release): readonly Finding[] {
  const { dialect } = release;
  const start = startOf(release, intent);
  if (start.kind === 'fails') {
    const message = `A new pod will not start: ${start.reason}. ${whose(intent)}`;
    return [finding('RecreationWillFail', message, { evidence: { text: start.text } })];
  }
  if (
    start.kind === 'good' &&
    leavesNothing(dialect, intent) &&
    !leavesNothing(dialect, intentOfConfig(config, release))
  ) {
    const message =
      'With the annotations of the pod no outbound TCP traffic of its application is redirected: all of it bypasses the mesh.';
    return [finding('EverythingExcluded', message)];
  }
  return [];
}

/** Values that are good one by one can be too many together. */
function whose({ annotations }: Intent): string {
  const bad = annotations.some(({ items }) => problemsOf(items).length > 0);
  return bad ? 'An annotation of the pod makes it so.' : 'Configuration and annotations together make it so.';
}
