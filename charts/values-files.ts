/** The files that the table of values makes: values.yaml, its schema, and the README with the table. */
import { stringify } from 'yaml';
import { closedMap, type Schema } from './schemas.ts';
import { TOGETHER, VALUES, type Value } from './values.ts';

export const MADE = 'Made by `make chart`; a test fails when it is stale.';
/** How YAML is written here. */
export const YAML = { lineWidth: 0, singleQuote: true } as const;

interface Entry {
  readonly name: string;
  /** A value, or those of a map. */
  readonly holds: Value | readonly Entry[];
}

/** The values as a tree of maps, in the order in which each name first occurs. */
function entries(values: readonly Value[] = VALUES, depth = 0): readonly Entry[] {
  const groups = new Map<string, readonly Value[]>();
  for (const value of values) {
    const name = value.name.split('.')[depth] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), value]);
  }
  return [...groups].map(([name, members]) => {
    const [first, ...others] = members;
    const leaf = first?.name.split('.').length === depth + 1;
    if (leaf && others.length > 0) throw new Error(`${name} is a value and a map of values`);
    return { name, holds: leaf ? first : entries(members, depth + 1) };
  });
}

function isGroup(holds: Entry['holds']): holds is readonly Entry[] {
  return Array.isArray(holds);
}

// helm puts it beside the values of a chart that another chart depends on.
const GLOBAL: Value = {
  name: 'global',
  default: null,
  meaning: 'Of a parent chart.',
  schema: { type: 'object' },
};

export function schema(): Schema {
  const of = ({ holds }: Entry): Schema =>
    isGroup(holds) ? mapOf(holds) : { description: holds.meaning, ...holds.schema };
  // Without a default there is no value once helm has put all together.
  const needed = ({ holds }: Entry): boolean => isGroup(holds) || holds.default !== null;
  const mapOf = (members: readonly Entry[]): Schema =>
    closedMap(
      Object.fromEntries(members.map((each) => [each.name, of(each)])),
      members.filter(needed).map(({ name }) => name),
    );
  const all = [...entries(), { name: 'global', holds: GLOBAL }];
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...mapOf(all), allOf: TOGETHER };
}

export function valuesYaml(): string {
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

export function readme(): string {
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
