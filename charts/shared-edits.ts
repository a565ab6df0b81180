/** What templates of the chart have in common: the edits that several manifests get, and the places in a workload. */
import { after, given, value, when, type Edit } from './edits.ts';
import type { Path } from './places.ts';

export interface Template {
  /** Below manifests/, and of the template's file too. */
  readonly manifest: string;
  /** The whole template only where this holds. */
  readonly condition?: string;
  readonly edits: Readonly<Record<string, readonly Edit[]>>;
}

// In quotes, because a name may look like a number.
export const ACCOUNT = '{{ .Values.serviceAccount.name | quote }}';
export const NAMESPACE = '{{ .Release.Namespace | quote }}';

export const labels = after(['metadata', 'labels', 'app.kubernetes.io/name'], (column) => [
  `{{- include "osm-auditor.labels" . | nindent ${column} }}`,
]);
export const inNamespace = [value(['metadata', 'namespace'], NAMESPACE), labels];

/** The subject of a binding. */
export function subjectIs(name: string, namespace: string): readonly Edit[] {
  return [value(['subjects', 0, 'name'], name), value(['subjects', 0, 'namespace'], namespace)];
}

/** Labels of its own for an object that an operator selects by them. */
export function moreLabels(name: string): Edit {
  return after(['metadata', 'labels', 'app.kubernetes.io/name'], more(name));
}

/** Where the pod that the workload makes is. */
export const POD: Path = ['spec', 'template', 'spec'];
export const META: Path = ['spec', 'template', 'metadata'];
export const CONTAINER: Path = [...POD, 'containers', 0];
/** In NODE_OPTIONS. */
export const HEAP = /(?<=--max-old-space-size=)\d+/;

const priority = (name: string): readonly string[] => [
  `{{- with .Values.${name} }}`,
  'priorityClassName: {{ . | quote }}',
  '{{- end }}',
];
const PULL_SECRETS = [
  '{{- with .Values.image.pullSecrets }}',
  'imagePullSecrets:',
  '  {{- range . }}',
  '  - name: {{ . | quote }}',
  '  {{- end }}',
  '{{- end }}',
];

/** More entries of a map, out of the value `name`. */
export function more(name: string): (column: number) => readonly string[] {
  return (column) => [`{{- with .Values.${name} }}`, `{{- toYaml . | nindent ${column} }}`, '{{- end }}'];
}

/** How the values and helpers of a program are called. */
interface Names {
  /** The helper for the image, and the one for what is added to the arguments. */
  readonly image: string;
  readonly options: string;
  /** Before the names of the values that each program has of its own. */
  readonly values: '' | 'nodeAgent.';
}

/** What is filled in for the pods of every workload. */
export function podEdits({ image, options, values }: Names): readonly Edit[] {
  return [
    after([...META, 'labels', 'app.kubernetes.io/name'], more('podLabels')),
    after([...POD, 'terminationGracePeriodSeconds'], () => [
      ...priority(`${values}priorityClassName`),
      ...PULL_SECRETS,
    ]),
    value([...CONTAINER, 'image'], `{{ include "osm-auditor.${image}" . | quote }}`),
    value([...CONTAINER, 'imagePullPolicy'], '{{ .Values.image.pullPolicy }}'),
    value([...CONTAINER, 'args'], `{{ include "osm-auditor.${options}" . }}]`, /\]$/),
    value(
      [...CONTAINER, 'env', { key: 'name', having: 'NODE_OPTIONS' }, 'value'],
      `{{ int .Values.${values}heapMegabytes }}`,
      HEAP,
    ),
    value(
      [...CONTAINER, 'resources'],
      `{{- include "osm-auditor.resources" .Values.${values}resources | nindent 12 }}`,
    ),
  ];
}

/** Only where something is to be written. */
export const rightsToWrite = [
  when('.Values.writeConditions', ['rules', { key: 'resources', having: 'pods/status' }]),
  when('.Values.writeEvents', ['rules', { key: 'resources', having: 'events' }]),
];

/** `from` and `to` of the metrics' readers and the API server. */
export const peers = [
  after(['spec', 'ingress', 0, 'ports'], given('networkPolicy.from', 'from')),
  after(['spec', 'egress', 0, 'ports'], given('networkPolicy.to', 'to')),
];

/** Of a ServiceMonitor for pods in this namespace. */
export function monitorEdits(namespace: string): readonly Edit[] {
  return [
    ...inNamespace,
    moreLabels('serviceMonitor.labels'),
    value(['spec', 'namespaceSelector', 'matchNames', 0], namespace),
  ];
}
