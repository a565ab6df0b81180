/** Whether osm-init ran in its node's network: then the rules are the node's, and redirect what the node itself sends. */
import { finding } from '../finding.ts';
import type { Check } from '../judgement.ts';

export const checkNodeNetwork: Check = ({ pod, init }) => {
  const state = init?.status?.state;
  if (!pod.hostNetwork || init === undefined || state?.kind !== 'terminated') return [];
  const changed =
    state.exitCode === 0
      ? 'has changed the rules of the node: traffic of the whole node is redirected'
      : 'has failed half-way, perhaps, in the rules of the node: traffic of the whole node may be redirected';
  const message = `The pod uses its node's network, and ${init.name} ${changed} to the pod's sidecar.`;
  return [finding('NodeRedirected', message)];
};
