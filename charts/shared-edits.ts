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

export const priority = (name: string): readonly string[] => [
  `{{- with .Values.${name} }}`,
  'priorityClassName: {{ . | quote }}',
  '{{- end }}',
];
export const PULL_SECRETS = [
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
