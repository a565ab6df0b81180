/** The files of the chart that are made, as text: templates from the manifests, the rest from the table of values. */
import { stringify } from 'yaml';
import { readText } from '../src/testing/repository.ts';
import { VERSION } from '../src/version.ts';
import { edited } from './edits.ts';
import { closedMap, type Schema } from './schemas.ts';
import { TEMPLATES, type Template } from './templates.ts';
import { TOGETHER, VALUES, type Value } from './values.ts';

/** Below the repository's root. */
export const CHART = 'charts/osm-auditor';

const MADE = 'Made by `make chart`; a test fails when it is stale.';
const YAML = { lineWidth: 0, singleQuote: true } as const;

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

interface Entry {
  readonly name: string;
  /** A value, or those of a map. */
  readonly holds: Value | readonly Entry[];
}

/** The values as a tree of one level of maps. */
function entries(): readonly Entry[] {
  const found = new Map<string, Value | Entry[]>();
  for (const value of VALUES) {
    const [first = '', second] = value.name.split('.');
    const group = found.get(first) ?? [];
    if (second === undefined) found.set(first, value);
    else if (Array.isArray(group)) found.set(first, [...group, { name: second, holds: value }]);
  }
  return [...found].map(([name, holds]) => ({ name, holds }));
}

function isGroup(holds: Entry['holds']): holds is readonly Entry[] {
  return Array.isArray(holds);
}

function schema(): Schema {
  const of = ({ holds }: Entry): Schema =>
    isGroup(holds) ? mapOf(holds) : { description: holds.meaning, ...holds.schema };
  // Without a default there is no value once helm has put all together.
  const needed = ({ holds }: Entry): boolean => isGroup(holds) || holds.default !== null;
  const mapOf = (members: readonly Entry[]): Schema =>
    closedMap(
      Object.fromEntries(members.map((each) => [each.name, of(each)])),
      members.filter(needed).map(({ name }) => name),
    );
  // helm puts `global` beside the values of a chart that another chart depends on.
  const all = [...entries(), { name: 'global', holds: GLOBAL }];
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...mapOf(all), allOf: TOGETHER };
}

const GLOBAL: Value = {
  name: 'global',
  default: null,
  meaning: 'Of a parent chart.',
  schema: { type: 'object' },
};

function valuesYaml(): string {
  const head = `# ${MADE} What each value means and may be is in charts/values.ts.\n`;
  const written = ({ name, holds }: Entry, indent: string): string =>
    isGroup(holds)
      ? `${indent}${name}:\n${holds.map((each) => written(each, `${indent}  `)).join('')}`
      : comment(holds.meaning, indent) + indented(stringify({ [name]: holds.default }, YAML), indent);
  return [head, ...entries().map((each) => written(each, ''))].join('\n');
}

/** In lines of at most a hundred columns. */
function comment(sentences: string, indent: string): string {
  const lines = [''];
  for (const word of sentences.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (indent.length + 1 + longer.length > 100) lines.push(` ${word}`);
    else lines.splice(-1, 1, longer);
  }
  return lines.map((line) => `${indent}#${line}\n`).join('');
}

function indented(text: string, indent: string): string {
  return text.replaceAll(/^(?=.)/gm, indent);
}

function readme(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = VALUES.map(
    (value) => `| \`${value.name}\` | \`${cell(JSON.stringify(value.default))}\` | ${cell(value.meaning)} |`,
  );
  return [
    '# The chart of osm-auditor',
    '',
    `<!-- ${MADE} -->`,
    '',
    'Installs the controller that watches how Open Service Mesh redirects the traffic of pods. It makes the same objects as',
    '`kubectl apply -k manifests/`; docs/install.md of the repository tells both ways.',
    '',
    '```sh',
    'helm install osm-auditor charts/osm-auditor --namespace osm-auditor --create-namespace \\',
    '  --set image.repository=registry.example.com/osm-auditor',
    '```',
    '',
    'One cluster has use for one release of it. A value that is misspelt or means nothing is refused.',
    '',
    '| Value | Default | Meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
    'The templates are made from the manifests of the same names in `manifests/`.',
    '',
  ].join('\n');
}
