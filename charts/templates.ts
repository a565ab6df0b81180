/**
 * Which manifest becomes which template of the chart, and what helm fills in where. The manifests stay the one place where
 * objects are written: what is not named here comes out as it stands there.
 */
import { after, before, given, unless, value, when, type Edit } from './edits.ts';
import type { Path } from './places.ts';

export interface Template {
  /** Below manifests/, and of the template's file too. */
  readonly manifest: string;
  /** The whole template only where this holds. */
  readonly condition?: string;
  readonly edits: Readonly<Record<string, readonly Edit[]>>;
}

// In quotes, because a name may look like a number.
const ACCOUNT = '{{ .Values.serviceAccount.name | quote }}';
const NAMESPACE = '{{ .Release.Namespace | quote }}';

const labels = after(['metadata', 'labels', 'app.kubernetes.io/name'], (column) => [
  `{{- include "osm-auditor.labels" . | nindent ${column} }}`,
]);
const namespace = value(['metadata', 'namespace'], NAMESPACE);
const inNamespace = [namespace, labels];

/** The subject of a binding. */
const subject = [value(['subjects', 0, 'name'], ACCOUNT), value(['subjects', 0, 'namespace'], NAMESPACE)];

/** Labels of its own for an object that an operator selects by them. */
function moreLabels(name: string): Edit {
  return after(['metadata', 'labels', 'app.kubernetes.io/name'], (column) => [
    `{{- with .Values.${name} }}`,
    `{{- toYaml . | nindent ${column} }}`,
    '{{- end }}',
  ]);
}

const lease = (condition: string): Pick<Template, 'condition'> => ({
  condition: `and .Values.leaderElect (eq .Values.mode "${condition}")`,
});

/** Where the pod that the workload makes is. */
const POD: Path = ['spec', 'template', 'spec'];
const META: Path = ['spec', 'template', 'metadata'];
export const CONTAINER: Path = [...POD, 'containers', 0];
/** In NODE_OPTIONS. */
export const HEAP = /(?<=--max-old-space-size=)\d+/;

/** What the pods of every workload have in common. */
function podEdits(): readonly Edit[] {
  return [
    ...inNamespace,
    before([...META, 'labels'], given('podAnnotations', 'annotations')),
    after([...META, 'labels', 'app.kubernetes.io/name'], (column) => [
      '{{- with .Values.podLabels }}',
      `{{- toYaml . | nindent ${column} }}`,
      '{{- end }}',
    ]),
    value([...POD, 'serviceAccountName'], ACCOUNT),
    after([...POD, 'terminationGracePeriodSeconds'], (column) => [
      '{{- with .Values.priorityClassName }}',
      'priorityClassName: {{ . | quote }}',
      '{{- end }}',
      '{{- with .Values.image.pullSecrets }}',
      'imagePullSecrets:',
      '  {{- range . }}',
      '  - name: {{ . | quote }}',
      '  {{- end }}',
      '{{- end }}',
      ...given('nodeSelector', 'nodeSelector')(column),
    ]),
    value([...CONTAINER, 'image'], '{{ include "osm-auditor.image" . | quote }}'),
    value([...CONTAINER, 'imagePullPolicy'], '{{ .Values.image.pullPolicy }}'),
    value([...CONTAINER, 'args'], '{{ include "osm-auditor.options" . }}]', /\]$/),
    value(
      [...CONTAINER, 'env', { key: 'name', having: 'NODE_OPTIONS' }, 'value'],
      '{{ int .Values.heapMegabytes }}',
      HEAP,
    ),
    value([...CONTAINER, 'resources'], '{{- include "osm-auditor.resources" . | nindent 12 }}'),
  ];
}

/** Pods that can share nodes: apart by default. */
const spread = [
  unless('affinity', [...POD, 'affinity'], 'affinity'),
  after([...POD, 'affinity'], given('tolerations', 'tolerations')),
];

function workload(manifest: string, kind: string, mode: string, edits: readonly Edit[]): Template {
  return { manifest, condition: `eq .Values.mode "${mode}"`, edits: { [kind]: [...podEdits(), ...edits] } };
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
      ClusterRole: [
        labels,
        when('.Values.writeConditions', ['rules', { key: 'resources', having: 'pods/status' }]),
        when('.Values.writeEvents', ['rules', { key: 'resources', having: 'events' }]),
      ],
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
      NetworkPolicy: [
        ...inNamespace,
        after(['spec', 'ingress', 0, 'ports'], given('networkPolicy.from', 'from')),
        after(['spec', 'egress', 0, 'ports'], given('networkPolicy.to', 'to')),
      ],
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
    edits: {
      ServiceMonitor: [
        ...inNamespace,
        moreLabels('serviceMonitor.labels'),
        value(['spec', 'namespaceSelector', 'matchNames', 0], NAMESPACE),
      ],
    },
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
];
