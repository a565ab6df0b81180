import { expect } from 'chai';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { InputError } from './input-error.ts';
import { readObjects } from './read.ts';
import { unreadable } from './source.ts';

async function failure(sources: readonly string[], content: string | Buffer = ''): Promise<InputError> {
  try {
    const stdin = Readable.from([Buffer.from(content)]);
    for await (const object of readObjects(sources, { stdin }))
      expect(object.object).to.have.property('kind');
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

const HEAD = 'apiVersion: v1\nkind: A\n';
const bomb = (levels: number): string =>
  `${HEAD}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n` +
  Array.from(
    { length: levels },
    (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]\n`,
  ).join('');

/** Content of standard input by what is wrong with it, and the whole message. */
const MESSAGES: Readonly<Record<string, readonly [content: string | Buffer, message: string | RegExp]>> = {
  'nothing at all': ['', 'standard input: no objects: there is nothing but comments and white space'],
  'comments and empty documents': ['%YAML 1.2\n---\n# a\n---\n\n...\n', /no objects/],
  'broken YAML': ['a: [1, 2\nb: 3\n', /^standard input:2:1: not valid YAML: Flow sequence .* end with a \]$/],
  'broken YAML in a later document': [
    `${HEAD}---\n${HEAD}a: 'x\n`,
    /^standard input:7:1: document 2: not valid YAML: Missing closing 'quote$/,
  ],
  'tabs for indentation': [
    `${HEAD}metadata:\n\tname: x\n`,
    /^standard input:4:1: not valid YAML: Tabs are not allowed as indentation$/,
  ],
  'a string': [
    'just text\n',
    'standard input:1: the string "just text" is not a Kubernetes object, which is a mapping with apiVersion and kind',
  ],
  'a YAML list': ['- a\n', /:1: a list is not a Kubernetes object/],
  'a JSON array': ['[{}]', /:1: a list is not a Kubernetes object/],
  null: ['null\n', /:1: null is not a Kubernetes object/],
  'no kind': ['apiVersion: v1\n', 'standard input:1: not a Kubernetes object: it has no kind'],
  'neither apiVersion nor kind': [
    '\n\n{"a": 1}',
    'standard input:3: not a Kubernetes object: it has no apiVersion and no kind',
  ],
  'a kind that is a number': [
    'apiVersion: v1\nkind: 3\n',
    'standard input:1: not a Kubernetes object: its kind is the number 3',
  ],
  'an empty apiVersion': ['apiVersion: ""\nkind: A\n', /its apiVersion is an empty string$/],
  'an item that is no object': [
    'apiVersion: v1\nkind: List\nitems:\n- 3\n',
    /^standard input:4: items\[0\]: the number 3 is not a/,
  ],
  'a JSON item that is no object': [
    '{"kind":"List","apiVersion":"v1","items":[\n3]}',
    /^standard input:2: items\[0\]: the number 3 is not a/,
  ],
  'an item without a kind in an untyped list': [
    '{"kind":"List","apiVersion":"v1","items":[{}]}',
    /items\[0\]: .* it has no apiVersion and no kind$/,
  ],
  'items that are no list': [
    'apiVersion: v1\nkind: PodList\nitems: {}\n',
    'standard input:3: "PodList": its items are a mapping, not a list',
  ],
  'a List without items': [`apiVersion: v1\nkind: List\n`, 'standard input:1: "List": it has no items'],
  'a duplicate key in YAML': [
    `${HEAD}a: 1\nb:\n  c: 1\n  c: 2\n`,
    'standard input:6:3: the key "c" occurs twice in one mapping',
  ],
  'a duplicate key in JSON': [
    '{"apiVersion":"v1","kind":"A",\n "a":{"b":1,"b":2}}',
    'standard input:2:13: the key "b" occurs twice in one mapping',
  ],
  'a duplicate key beside the items of a JSON list': [
    '{"kind":"List","apiVersion":"v1","items":[],"items":[]}',
    /the key "items" occurs twice/,
  ],
  'JSON that ends too early': [
    '{"apiVersion": "v1",\n "kind": "A"',
    /^standard input:2:13: not valid YAML: Flow map .* end with a }$/,
  ],
  'text after JSON': ['{"apiVersion":"v1","kind":"A"} x', /^standard input:1:\d+: not valid YAML/],
  'text between the items of a JSON list': [
    '{"apiVersion":"v1","kind":"List","items":[{} {}]}',
    /^standard input:1:\d+: /,
  ],
  'a NUL byte': ['a: \0', 'standard input: is not text: byte 4 is NUL'],
  'UTF-16': [Buffer.from('\ufeffkind: A', 'utf16le'), /^standard input: is UTF-16 text; save it as UTF-8/],
  'bytes that are not UTF-8': [
    Buffer.concat([Buffer.from(`${HEAD}a: `), Buffer.from([0xff])]),
    'standard input:3: is not UTF-8 text',
  ],
  'an unknown tag': [
    `${HEAD}a: !!js/function "x"\n`,
    /^standard input:3:4: not valid YAML: Unresolved tag: tag:yaml.org,2002:js\/function$/,
  ],
  'a tag of YAML that JSON cannot express': [
    `${HEAD}a: !!binary aGk=\n`,
    /:3:4: not valid YAML: Unresolved tag/,
  ],
  'a number that JSON cannot express': [`${HEAD}a: .nan\n`, /:3:4: the value is neither a finite number/],
  'a key that is a list': [
    `${HEAD}? [a]\n: b\n`,
    /:3:3: not valid YAML: With stringKeys, all keys must be strings$/,
  ],
  'an alias without an anchor': [
    `${HEAD}a: *b\n`,
    'standard input:3:4: the alias *b has no complete anchor &b before it in this document',
  ],
  'an alias to what contains it': [`${HEAD}a: &a [*a]\n`, /the alias \*a has no complete anchor/],
  'a merge key with a string': [
    `${HEAD}<<: x\n`,
    /:3:1: the merge key << takes a mapping or a list of mappings$/,
  ],
  'an alias bomb': [bomb(30), /^standard input:7:\d+: the aliases stand for more than 100000 values$/],
  'a merge bomb': [
    bomb(30)
      .replace(/\[x.*x\]/, '{x: 1}')
      .replace(/\[(\*.*)\]/g, '{<<: [$1]}'),
    /the aliases stand for more than 100000 values$/,
  ],
  'a flood of closing brackets': [`${HEAD}a: ${'}'.repeat(1_000_000)}`, /:3:4: not valid YAML: /],
  'deep flow YAML': [
    `${HEAD}a: ${'['.repeat(100_000)}`,
    /:3:\d+: the YAML is nested more than 200 levels deep$/,
  ],
  'a log file': [
    '12:00:01 INFO main: started\n'.repeat(1000),
    'standard input:2:1: the key "12:00:01 INFO main" occurs twice in one mapping',
  ],
  'another log file': [
    'time: INFO: started\n'.repeat(1000),
    /^standard input:1:\d+: not valid YAML: Nested mappings/,
  ],
  'deep flow mappings': [
    `${HEAD}a: ${'{a: '.repeat(300)}${'}'.repeat(300)}`,
    /the YAML is nested more than 200 levels deep$/,
  ],
  'deep block YAML': [
    `${HEAD}a:\n  ${'- '.repeat(100_000)}x`,
    /the YAML is nested more than 200 levels deep$/,
  ],
  'deep JSON': [
    `{"apiVersion":"v1","kind":"A","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    /:1:1: the JSON is nested more than 200 levels deep$/,
  ],
  'deep JSON that does not end': ['['.repeat(100_000), /nested more than 200 levels deep$/],
  'control characters in a message': [
    'apiVersion: "\\e[31m\\n"\nkind: A\na: 1\n"\\e\\x9b\\u2028": 2\n"\\e\\x9b\\u2028": 2\n',
    /the key "\\u001b\\u009b\\u2028" occurs twice/,
  ],
};

describe('readObjects refuses, in one line that says where and why,', () => {
  for (const [what, [content, message]] of Object.entries(MESSAGES)) {
    it(what, async () => {
      const error = await failure(['-'], content);
      if (typeof message === 'string') expect(error.message).to.equal(message);
      else expect(error.message).to.match(message);
      expect(error.message).to.not.match(/[\p{Cc}\u2028]/u);
    });
  }

  it('standard input that is asked for twice', async () => {
    expect((await failure(['-', '-'], HEAD)).message).to.equal(
      'standard input: can be read only once, but -f - is given twice',
    );
  });
});

describe('readObjects and the file system', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'osm-auditor-input-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('names a file that is not there', async () => {
    const file = join(folder, 'absent.yaml');
    expect((await failure([file])).message).to.equal(`${file}: no such file or directory`);
  });

  it('names a directory without manifests', async () => {
    await mkdir(join(folder, 'sub.yaml'));
    await writeFile(join(folder, 'notes.txt'), HEAD);
    expect((await failure([folder])).message).to.equal(
      `${folder}: the directory has no *.yaml, *.yml or *.json file`,
    );
  });

  it('names the empty file in a directory, and a link that leads nowhere', async () => {
    await writeFile(join(folder, 'a.yaml'), HEAD);
    await writeFile(join(folder, 'b.yaml'), '# nothing\n');
    expect((await failure([folder])).message).to.match(/b\.yaml: no objects/);
    await rm(join(folder, 'b.yaml'));
    await symlink('nowhere', join(folder, 'b.yaml'));
    expect((await failure([folder])).message).to.match(/b\.yaml: no such file or directory$/);
  });

  it('keeps the message on one line whatever the file is called', async () => {
    const file = join(folder, 'a\nb\u001b.yaml');
    await writeFile(file, 'x');
    const { message } = await failure([file]);
    expect(message.slice(folder.length)).to.match(/^\/a\\u000ab\\u001b\.yaml:1: the string "x" is not/);
  });

  it('says in words why a file cannot be read', () => {
    const error = (code: string): Error => Object.assign(new Error(`${code}: whatever`), { code });
    expect(unreadable('a', error('EACCES')).message).to.equal('a: permission denied');
    expect(unreadable('a', error('EISDIR')).message).to.equal('a: is a directory');
    expect(unreadable('a', error('EIO')).message).to.equal('a: cannot be read: EIO: whatever');
  });

  it('reports a standard input that breaks', async () => {
    const stdin = Readable.from(
      (function* () {
        yield Buffer.from(HEAD);
        throw new Error('pipe broke');
      })(),
    );
    let message = '';
    try {
      for await (const { object } of readObjects(['-'], { stdin })) expect(object).to.equal(undefined);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).to.equal('standard input: cannot be read: pipe broke');
  });
});
