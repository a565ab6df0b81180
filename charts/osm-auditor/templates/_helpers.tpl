{{- /* What the templates that are made from the manifests ask for. Written by hand. */ -}}

{{- define "osm-auditor.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "osm-auditor.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "osm-auditor.nodeAgentNamespace" -}}
{{ .Values.nodeAgent.namespace | default .Release.Namespace }}
{{- end -}}

{{- define "osm-auditor.nodeAgentImage" -}}
{{- if .Values.nodeAgent.image.digest -}}
{{ .Values.nodeAgent.image.repository }}@{{ .Values.nodeAgent.image.digest }}
{{- else -}}
{{ .Values.nodeAgent.image.repository }}:{{ .Values.nodeAgent.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* Amounts as text: a server of 1.20 that applies refuses numbers. */ -}}
{{- define "osm-auditor.resources" -}}
{{- $resources := dict -}}
{{- range $what, $amounts := . -}}
{{- $texts := dict -}}
{{- range $name, $amount := $amounts -}}
{{- $_ := set $texts $name (toString $amount) -}}
{{- end -}}
{{- $_ := set $resources $what $texts -}}
{{- end -}}
{{ toYaml $resources }}
{{- end -}}

{{- /* The Leases of the shards, as the program names them. */ -}}
{{- define "osm-auditor.leases" -}}
{{- $names := list -}}
{{- range until (int .Values.shards) -}}
{{- $names = append $names (printf "osm-auditor-%d-of-%d" . (int $.Values.shards)) -}}
{{- end -}}
{{ join ", " $names }}
{{- end -}}

{{- /* The options that differ from the program's own defaults, to go on with a list in brackets. */ -}}
{{- define "osm-auditor.options" -}}
{{- $options := list -}}
{{- if not (or .Values.leaderElect (eq .Values.mode "nodes")) -}}
{{- $options = append $options "--leader-elect=false" -}}
{{- end -}}
{{- if .Values.writePolicyReports -}}
{{- $options = append $options "--write-policy-reports" -}}
{{- end -}}
{{- if .Values.ui -}}
{{- $options = append $options "--ui" -}}
{{- end -}}
{{- range $options }}, {{ toJson . }}{{ end -}}
{{- include "osm-auditor.sharedOptions" . -}}
{{- range .Values.extraArgs }}, {{ toJson . }}{{ end -}}
{{- end -}}

{{- define "osm-auditor.nodeAgentOptions" -}}
{{- with .Values.nodeAgent.sweepInterval }}, {{ toJson (printf "--sweep-interval=%d" (int .)) }}{{ end -}}
{{- include "osm-auditor.sharedOptions" . -}}
{{- range .Values.nodeAgent.extraArgs }}, {{ toJson . }}{{ end -}}
{{- end -}}

{{- /* Of the controller and the node agent. */ -}}
{{- define "osm-auditor.sharedOptions" -}}
{{- $options := list -}}
{{- if not .Values.writeConditions -}}
{{- $options = append $options "--write-conditions=false" -}}
{{- end -}}
{{- if not .Values.writeEvents -}}
{{- $options = append $options "--write-events=false" -}}
{{- end -}}
{{- with .Values.osmNamespace -}}
{{- $options = append $options (printf "--osm-namespace=%s" .) -}}
{{- end -}}
{{- if not (kindIs "invalid" .Values.gracePeriod) -}}
{{- $options = append $options (printf "--grace-period=%d" (int .Values.gracePeriod)) -}}
{{- end -}}
{{- if ne .Values.logLevel "info" -}}
{{- $options = append $options (printf "--log-level=%s" .Values.logLevel) -}}
{{- end -}}
{{- range $options }}, {{ toJson . }}{{ end -}}
{{- end -}}
