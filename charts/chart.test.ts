/** The chart as far as it needs no helm: e2e/chart has what does. */
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readText, repositoryRoot } from '../src/testing/repository.ts';
import { CHART, chartFiles } from './chart.ts';
import { after, before, edited, given, unless, value, when } from './edits.ts';
import { valueAt } from './places.ts';
import { TEMPLATES } from './templates.ts';

const BY_HAND = ['.helmignore', 'templates/NOTES.txt', 'templates/_helpers.tpl', 'templates/dashboard.yaml'];

describe('the chart', () => {
  const files = chartFiles();

  for (const [path, text] of files) {
    it(`is what the manifests and the table of values make (make chart): ${path}`, () => {
      expect(readText(`${CHART}/${path}`)).to.equal(text);
    });
  }

  it('has no other files than those that are made and those that are written by hand', () => {
    const folder = join(repositoryRoot, CHART);
    const found = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    expect(found.sort()).to.deep.equal([...files.keys(), ...BY_HAND].sort());
  });

  it('takes in every manifest but those that helm has another way for', () => {
    const folder = join(repositoryRoot, 'manifests');
    const manifests = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'),
    );
    const elsewhere = [
      'base/namespace.yaml', // --create-namespace
      'node-agent/namespace.yaml', // that of the release, or one that is there
      'monitoring/rules.yaml', // in files/
      'monitoring/rules.test.yaml',
      'krew/osm-auditor.yaml', // for kubectl, not for a cluster
    ];
    const taken = TEMPLATES.map(({ manifest }) => manifest);
    expect([...taken, ...elsewhere].sort()).to.deep.equal(manifests.sort());
  });

  it('uses every value in a template, and no value that it does not have', () => {
    const templates = [...files.keys(), ...BY_HAND].filter((path) => path.startsWith('templates/'));
    const text = templates.map((path) => readText(`${CHART}/${path}`)).join('');
    const used = [...text.matchAll(/\.Values\.([a-zA-Z.]+)/g)].map(([, name]) => name);
    const known = [...readText(`${CHART}/README.md`).matchAll(/^\| `([a-zA-Z.]+)`/gm)].map(
      ([, name]) => name,
    );
    expect(new Set(used)).to.deep.equal(new Set(known));
  });
});

describe('an edit of a manifest', () => {
  const manifest = [
    '# of the whole',
    'kind: Thing',
    'spec:',
    '  # of the list',
    '  list:',
    '    # of the first',
    '    - name: first',
    '      words: [a, b]',
    '    # of the second',
    '    - name: second',
    '      words: [c]',
    '  text: a b c # said beside',
    '---',
    'kind: Other',
    'text: x',
    '',
  ].join('\n');
  const edit = (...edits: Parameters<typeof edited>[1][string]): readonly string[] => {
    const lines = edited(manifest, { Thing: edits }).split('\n');
    const kept = manifest.split('\n');
    return lines.filter((line) => !kept.includes(line));
  };
  const without = (...edits: Parameters<typeof edited>[1][string]): string => {
    const added = edit(...edits);
    return edited(manifest, { Thing: edits })
      .split('\n')
      .filter((line) => !added.includes(line))
      .join('\n');
  };

  it('replaces a value and leaves the comment beside it', () => {
    expect(edit(value(['spec', 'text'], 'new'))).to.deep.equal(['  text: new # said beside']);
  });

  it('replaces the part of a value that matches', () => {
    expect(edit(value(['spec', 'text'], 'B', /b/))).to.deep.equal(['  text: a B c # said beside']);
    expect(
      edit(value(['spec', 'list', { key: 'words', having: 'c' }, 'words'], ', d]', /\]$/)),
    ).to.deep.equal(['      words: [c, d]']);
  });

  it('puts a condition around an item with its own comment, and not that of the next', () => {
    const first = ['spec', 'list', { key: 'name', having: 'first' }];
    expect(edited(manifest, { Thing: [when('.x', first)] })).to.contain(
      [
        '  list:',
        '    {{- if .x }}',
        '    # of the first',
        '    - name: first',
        '      words: [a, b]',
        '    {{- end }}',
        '    # of the second',
      ].join('\n'),
    );
  });

  it('puts lines above and below entries in their column, and changes nothing else', () => {
    const edits = [
      before(['spec', 'list'], () => ['above']),
      after(['spec', 'list', 1, 'words'], (column) => [`below ${column}`]),
      after(['spec', 'list', 1, 'words'], () => ['and then']),
    ];
    expect(edit(...edits)).to.deep.equal(['  above', '      below 6', '      and then']);
    expect(without(...edits)).to.equal(manifest);
  });

  it('puts lines below a text of several lines, not below what follows it', () => {
    const text = 'kind: Thing\ntext: |\n  a\n  b\n\nnext: c\n';
    const edits = { Thing: [after(['text'], () => ['below: d'])] };
    expect(edited(text, edits)).to.equal('kind: Thing\ntext: |\n  a\n  b\nbelow: d\n\nnext: c\n');
  });

  it('keeps an entry for where a value is empty', () => {
    const [, ...rest] = given('x', 'list')(2);
    expect(edit(unless('x', ['spec', 'list'], 'list'))).to.deep.equal([
      '  {{- with .Values.x }}',
      '    {{- toYaml . | nindent 4 }}',
      '  {{- else }}',
      '  {{- end }}',
    ]);
    expect(rest).to.deep.equal(['list:', '  {{- toYaml . | nindent 4 }}', '{{- end }}']);
  });

  it('finds values as data', () => {
    expect(valueAt(manifest, ['spec', 'list', 0, 'words'])).to.deep.equal(['a', 'b']);
  });

  const wrong = {
    'a path that is not there': () => edit(value(['spec', 'missing'], 'x')),
    'an item that is not there': () => edit(when('.x', ['spec', 'list', 2])),
    'a part that does not match': () => edit(value(['spec', 'text'], 'x', /z/)),
    'a kind that is not there': () => edited(manifest, { Third: [value(['text'], 'x')] }),
    'a text that is no YAML': () => edited('kind: [', { Thing: [] }),
  };
  for (const [what, act] of Object.entries(wrong)) {
    it(`is refused for ${what}`, () => {
      expect(act).to.throw();
    });
  }
});
