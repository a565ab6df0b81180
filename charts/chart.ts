/** The files of the chart that are made, as text: templates from the manifests, the rest from the table of values. */
import { stringify } from 'yaml';
import { readText } from '../src/testing/repository.ts';
import { VERSION } from '../src/version.ts';
import { edited } from './edits.ts';
import type { Template } from './shared-edits.ts';
import { TEMPLATES } from './templates.ts';
import { MADE, readme, schema, valuesYaml, YAML } from './values-files.ts';

/** Below the repository's root. */
export const CHART = 'charts/osm-auditor';

/** By their paths below the chart's folder. Its other files are written by hand. */
export function chartFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['Chart.yaml', chartYaml()],
    ['README.md', readme()],
    ['values.schema.json', `${JSON.stringify(schema(), undefined, 2)}\n`],
    ['values.yaml', valuesYaml()],
    ['files/dashboard.json', readText('manifests/monitoring/dashboard.json')],
    ['files/rules.yaml', readText('manifests/monitoring/rules.yaml')],
    ...TEMPLATES.map((each) => [`templates/${each.manifest}`, template(each)] as const),
  ]);
}

function template({ manifest, condition, edits }: Template): string {
  const origin = `{{- /* Made from manifests/${manifest} by \`make chart\`: change that, or charts/templates.ts. */ -}}\n`;
  const text = edited(readText(`manifests/${manifest}`), edits);
  return condition === undefined ? origin + text : `${origin}{{- if ${condition} }}\n${text}{{- end }}\n`;
}

function chartYaml(): string {
  const chart = {
    apiVersion: 'v2',
    name: 'osm-auditor',
    description: 'Continuously audits how Open Service Mesh redirects pod traffic',
    type: 'application',
    version: VERSION,
    appVersion: VERSION,
    // Since then there are events.k8s.io/v1 and the seccompProfile of a pod.
    kubeVersion: '>=1.19.0-0',
  };
  return `# ${MADE}\n${stringify(chart, YAML)}`;
}
