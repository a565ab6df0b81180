/** Whether the pod has an address that no rule is for. */
import { isIpv6 } from '../../osm/lists.ts';
import { finding } from '../finding.ts';
import type { Check } from '../judgement.ts';
import { enumerate } from '../quote.ts';

export const checkIpv6: Check = ({ pod, init }) => {
  if (init === undefined) return [];
  const addresses = pod.addresses.filter(isIpv6);
  if (addresses.length === 0) return [];
  const message = `The pod has the IPv6 address ${enumerate(addresses)}: the mesh installs rules for IPv4 alone, so its IPv6 traffic bypasses the sidecar.`;
  // The addresses themselves change with every pod of the workload; what is exposed does not.
  return [finding('Ipv6NotRedirected', message)];
};
