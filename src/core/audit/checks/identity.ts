/** Whether the sidecar is what its name says: another program can be called envoy, and pods are copied by hand. */
import { MESH_PORTS, R1, V07_UID } from '../../osm/dialect.ts';
import { finding, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';

const PROXY_UIDS: readonly (number | undefined)[] = [R1.uid, V07_UID];

export const checkIdentity: Check = (judgement) => [...impersonation(judgement), ...user(judgement)];

/** The rules let one user pass: whether it is the sidecar's, only the pod can say. */
function user({ sidecar, proxyUser, dialect }: Judgement): readonly Finding[] {
  if (sidecar === undefined || proxyUser !== undefined || dialect === undefined) return [];
  const message = `The container ${sidecar.name} does not say which user it runs as: whether it is ${dialect.uid}, whose traffic is not to be redirected, its image decides.`;
  return [finding('SidecarUserUnknown', message)];
}

function impersonation({ pod, sidecar, product, fork }: Judgement): readonly Finding[] {
  if (sidecar === undefined) return [];
  const { name, ports, runAsUser } = sidecar;
  const secrets = pod.bootstrapSecrets;
  // Each of the marks alone can be missing for good reasons; all of them together cannot.
  const listensElsewhere = ports.length > 0 && !ports.some(({ port }) => MESH_PORTS.includes(port));
  const runsElsewise = runAsUser === undefined || ![...PROXY_UIDS, fork.uid].includes(runAsUser);
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
}
