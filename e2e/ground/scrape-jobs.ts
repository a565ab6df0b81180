/** The two ways in which people have Prometheus find osm-auditor, as jobs of its configuration. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../src/testing/repository.ts';

/** Endpoints, as discover.py tells of them beside Prometheus: Debian's build has no discovery in Kubernetes. */
const DISCOVERED = { file_sd_configs: [{ files: ['/data/targets.json'], refresh_interval: '1s' }] };

/** By the Service's annotations, as the configuration that Prometheus comes with for Kubernetes does. */
export const BY_ANNOTATIONS = {
  job_name: 'annotations',
  honor_labels: true,
  ...DISCOVERED,
  relabel_configs: [
    {
      source_labels: ['__meta_kubernetes_service_annotation_prometheus_io_scrape'],
      action: 'keep',
      regex: 'true',
    },
    {
      source_labels: ['__meta_kubernetes_service_annotation_prometheus_io_path'],
      action: 'replace',
      target_label: '__metrics_path__',
      regex: '(.+)',
    },
    {
      source_labels: ['__address__', '__meta_kubernetes_service_annotation_prometheus_io_port'],
      action: 'replace',
      target_label: '__address__',
      regex: '([^:]+)(?::\\d+)?;(\\d+)',
      replacement: '$1:$2',
    },
    { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
    { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
  ],
};

/** What the operator makes of our ServiceMonitor: the same selectors and port, and the namespace as a label. */
export function byServiceMonitor(): object {
  const text = readFileSync(join(repositoryRoot, 'manifests/monitoring/service-monitor.yaml'), 'utf8');
  const { namespaceSelector, selector, endpoints } = (parse(text) as ServiceMonitor).spec;
  const keep = (label: string, regex: string): object => ({ source_labels: [label], action: 'keep', regex });
  return {
    job_name: 'service-monitor',
    honor_labels: endpoints[0]?.honorLabels ?? false,
    ...DISCOVERED,
    relabel_configs: [
      keep('__meta_kubernetes_namespace', namespaceSelector.matchNames.join('|')),
      ...Object.entries(selector.matchLabels).map(([name, value]) => {
        return keep(`__meta_kubernetes_service_label_${name.replace(/[^a-zA-Z0-9]/g, '_')}`, value);
      }),
      keep('__meta_kubernetes_endpoint_port_name', endpoints[0]?.port ?? ''),
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
    ],
  };
}

interface ServiceMonitor {
  readonly spec: {
    readonly namespaceSelector: { readonly matchNames: readonly string[] };
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly endpoints: readonly { readonly port: string; readonly honorLabels?: boolean }[];
  };
}
