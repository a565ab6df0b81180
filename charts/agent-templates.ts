/** The templates of the node agent: all of them only where it is asked for, in a namespace that may be another. */
import { after, unless, value, type Edit } from './edits.ts';
import {
  CONTAINER,
  HEAP,
  inNamespace,
  labels,
  META,
  more,
  moreLabels,
  peers,
  POD,
  priority,
  PULL_SECRETS,
  rightsToWrite,
  subjectIs,
  type Template,
} from './shared-edits.ts';

const ENABLED = '.Values.nodeAgent.enabled';
const NAMESPACE = '{{ include "osm-auditor.nodeAgentNamespace" . | quote }}';
const inAgentNamespace = [value(['metadata', 'namespace'], NAMESPACE), labels];

const podEdits: readonly Edit[] = [
  after(
    [...META, 'annotations', 'container.apparmor.security.beta.kubernetes.io/node-agent'],
    more('podAnnotations'),
  ),
  after([...META, 'labels', 'app.kubernetes.io/name'], more('podLabels')),
  after([...POD, 'terminationGracePeriodSeconds'], () => [
    ...priority('nodeAgent.priorityClassName'),
    ...PULL_SECRETS,
  ]),
  value([...POD, 'nodeSelector'], '{{- toYaml .Values.nodeAgent.nodeSelector | nindent 8 }}'),
  unless('nodeAgent.tolerations', [...POD, 'tolerations'], 'tolerations'),
  value([...CONTAINER, 'image'], '{{ include "osm-auditor.nodeAgentImage" . | quote }}'),
  value([...CONTAINER, 'imagePullPolicy'], '{{ .Values.image.pullPolicy }}'),
  value([...CONTAINER, 'args'], '{{ include "osm-auditor.nodeAgentOptions" . }}]', /\]$/),
  value(
    [...CONTAINER, 'env', { key: 'name', having: 'NODE_OPTIONS' }, 'value'],
    '{{ int .Values.nodeAgent.heapMegabytes }}',
    HEAP,
  ),
  value(
    [...CONTAINER, 'resources'],
    '{{- include "osm-auditor.resources" .Values.nodeAgent.resources | nindent 12 }}',
  ),
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
    edits: { DaemonSet: [...inAgentNamespace, ...podEdits] },
  },
  {
    manifest: 'monitoring/node-agent-service-monitor.yaml',
    condition: `and ${ENABLED} .Values.serviceMonitor.enabled`,
    edits: {
      ServiceMonitor: [
        ...inNamespace,
        moreLabels('serviceMonitor.labels'),
        value(['spec', 'namespaceSelector', 'matchNames', 0], NAMESPACE),
      ],
    },
  },
];
