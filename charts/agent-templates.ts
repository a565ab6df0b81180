/** The templates of the node agent: all of them only where it is asked for, in a namespace that may be another. */
import { after, unless, value, type Edit } from './edits.ts';
import {
  labels,
  META,
  monitorEdits,
  more,
  peers,
  POD,
  podEdits,
  rightsToWrite,
  subjectIs,
  type Template,
} from './shared-edits.ts';

const ENABLED = '.Values.nodeAgent.enabled';
const NAMESPACE = '{{ include "osm-auditor.nodeAgentNamespace" . | quote }}';
const inAgentNamespace = [value(['metadata', 'namespace'], NAMESPACE), labels];

const workloadEdits: readonly Edit[] = [
  ...inAgentNamespace,
  ...podEdits({ image: 'nodeAgentImage', options: 'nodeAgentOptions', values: 'nodeAgent.' }),
  after(
    [...META, 'annotations', 'container.apparmor.security.beta.kubernetes.io/node-agent'],
    more('podAnnotations'),
  ),
  value([...POD, 'nodeSelector'], '{{- toYaml .Values.nodeAgent.nodeSelector | nindent 8 }}'),
  unless('nodeAgent.tolerations', [...POD, 'tolerations'], 'tolerations'),
];

export const AGENT_TEMPLATES: readonly Template[] = [
  {
    manifest: 'node-agent/service-account.yaml',
    condition: ENABLED,
    edits: { ServiceAccount: inAgentNamespace },
  },
  {
    manifest: 'node-agent/rbac.yaml',
    condition: ENABLED,
    edits: {
      ClusterRole: [labels, ...rightsToWrite],
      ClusterRoleBinding: [labels, ...subjectIs('osm-auditor-node-agent', NAMESPACE)],
    },
  },
  {
    manifest: 'node-agent/network-policy.yaml',
    condition: `and ${ENABLED} .Values.networkPolicy.enabled`,
    edits: { NetworkPolicy: [...inAgentNamespace, ...peers] },
  },
  { manifest: 'node-agent/service.yaml', condition: ENABLED, edits: { Service: inAgentNamespace } },
  {
    manifest: 'node-agent/daemon-set.yaml',
    condition: ENABLED,
    edits: { DaemonSet: workloadEdits },
  },
  {
    manifest: 'monitoring/node-agent-service-monitor.yaml',
    condition: `and ${ENABLED} .Values.serviceMonitor.enabled`,
    edits: { ServiceMonitor: monitorEdits(NAMESPACE) },
  },
];
