/**
 * Which manifest becomes which template of the chart, and what helm fills in where. The manifests stay the one place where
 * objects are written: what is not named here comes out as it stands there.
 */
import { AGENT_TEMPLATES } from './agent-templates.ts';
import { after, before, given, unless, value, type Edit } from './edits.ts';
import {
  ACCOUNT,
  CONTAINER,
  inNamespace,
  labels,
  META,
  monitorEdits,
  moreLabels,
  NAMESPACE,
  peers,
  POD,
  podEdits,
  rightsToWrite,
  subjectIs,
  type Template,
} from './shared-edits.ts';

const subject = subjectIs(ACCOUNT, NAMESPACE);

const lease = (condition: string): Pick<Template, 'condition'> => ({
  condition: `and .Values.leaderElect (eq .Values.mode "${condition}")`,
});

/** What every workload of the controller gets. */
const workloadEdits: readonly Edit[] = [
  ...inNamespace,
  before([...META, 'labels'], given('podAnnotations', 'annotations')),
  value([...POD, 'serviceAccountName'], ACCOUNT),
  ...podEdits({ image: 'image', options: 'options', values: '' }),
  after([...POD, 'terminationGracePeriodSeconds'], given('nodeSelector', 'nodeSelector')),
];

/** Pods that can share nodes: apart by default. */
const spread = [
  unless('affinity', [...POD, 'affinity'], 'affinity'),
  after([...POD, 'affinity'], given('tolerations', 'tolerations')),
];

function workload(manifest: string, kind: string, mode: string, edits: readonly Edit[]): Template {
  return {
    manifest,
    condition: `eq .Values.mode "${mode}"`,
    edits: { [kind]: [...workloadEdits, ...edits] },
  };
}

export const TEMPLATES: readonly Template[] = [
  {
    manifest: 'base/service-account.yaml',
    condition: '.Values.serviceAccount.create',
    edits: { ServiceAccount: [value(['metadata', 'name'], ACCOUNT), ...inNamespace] },
  },
  {
    manifest: 'base/rbac.yaml',
    edits: {
      ClusterRole: [labels, ...rightsToWrite],
      ClusterRoleBinding: [labels, ...subject],
    },
  },
  {
    manifest: 'policy-reports/rbac.yaml',
    condition: '.Values.writePolicyReports',
    edits: { ClusterRole: [labels], ClusterRoleBinding: [labels, ...subject] },
  },
  {
    manifest: 'base/network-policy.yaml',
    condition: '.Values.networkPolicy.enabled',
    edits: {
      NetworkPolicy: [...inNamespace, ...peers],
    },
  },
  { manifest: 'base/service.yaml', edits: { Service: inNamespace } },
  {
    manifest: 'lease-role.yaml',
    ...lease('replicas'),
    edits: { Role: inNamespace, RoleBinding: [...inNamespace, ...subject] },
  },
  {
    manifest: 'sharded/lease-role.yaml',
    ...lease('shards'),
    edits: {
      Role: [
        ...inNamespace,
        value(
          ['rules', { key: 'verbs', having: 'update' }, 'resourceNames'],
          '[{{ include "osm-auditor.leases" . }}]',
        ),
      ],
      RoleBinding: [...inNamespace, ...subject],
    },
  },
  workload('deployment.yaml', 'Deployment', 'replicas', [
    value(['spec', 'replicas'], '{{ int .Values.replicas }}'),
    ...spread,
  ]),
  workload('sharded/stateful-set.yaml', 'StatefulSet', 'shards', [
    value(['spec', 'replicas'], '{{ int .Values.shards }}'),
    value([...CONTAINER, 'args'], '{{ int .Values.shards }}', /(?<=--shards=)\d+/),
    ...spread,
  ]),
  {
    manifest: 'sharded/service.yaml',
    condition: 'eq .Values.mode "shards"',
    edits: { Service: inNamespace },
  },
  workload('per-node/daemon-set.yaml', 'DaemonSet', 'nodes', [
    before([...POD, 'tolerations'], given('affinity', 'affinity')),
    unless('tolerations', [...POD, 'tolerations'], 'tolerations'),
  ]),
  {
    manifest: 'monitoring/service-monitor.yaml',
    condition: '.Values.serviceMonitor.enabled',
    edits: { ServiceMonitor: monitorEdits(NAMESPACE) },
  },
  {
    manifest: 'monitoring/prometheus-rule.yaml',
    condition: '.Values.prometheusRule.enabled',
    edits: {
      PrometheusRule: [
        ...inNamespace,
        moreLabels('prometheusRule.labels'),
        value(['spec'], '{{- .Files.Get "files/rules.yaml" | nindent 2 }}'),
      ],
    },
  },
  ...AGENT_TEMPLATES,
];
