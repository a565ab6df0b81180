/** Whether the sidecar is what its name says: another program can be called envoy, and pods are copied by hand. */
import { MESH_PORTS, R1, V07_UID } from '../../osm/dialect.ts';
import { finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check } from '../judgement.ts';

const PROXY_UIDS: readonly number[] = [R1.uid, V07_UID];

export const checkIdentity: Check = ({ pod, sidecar, product }) => {
  if (sidecar === undefined) return [];
  const { name, ports, runAsUser } = sidecar;
  const secrets = pod.bootstrapSecrets;
  // Each of the marks alone can be missing for good reasons; all of them together cannot.
  const listensElsewhere = ports.length > 0 && !ports.some(({ port }) => MESH_PORTS.includes(port));
  const runsElsewise = runAsUser === undefined || !PROXY_UIDS.includes(runAsUser);
  if (listensElsewhere && runsElsewise && secrets.length === 0) {
    const message = `The container ${name} has neither the ports nor the user nor the configuration of a sidecar: it is another program of the name.`;
    return [finding('SidecarImpostor', message, { fix: recreateCommand(pod) })];
  }
  const id = pod.labels[product.proxyLabel];
  if (id === undefined || secrets.length === 0) return [];
  if (secrets.some((secret) => secret.endsWith(`-${id}`))) return [];
  const message = `The label ${product.proxyLabel} is ${id}, and the sidecar's configuration is of another proxy: ${secrets.join(', ')}.`;
  return [
    finding('ProxyIdMismatch', message, {
      fix: recreateCommand(pod),
      evidence: { values: [id, ...secrets] },
    }),
  ];
};
