import { expect } from 'chai';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { repositoryRoot } from '../../testing/repository.ts';
import { readObjects } from './read.ts';
import type { SourceObject } from './source-object.ts';
import { describeOrigin } from './source-object.ts';

const root = join(repositoryRoot, 'src/cli/input/testdata');
const io = (content: string | Buffer) => ({ stdin: Readable.from([Buffer.from(content)]) });

async function read(sources: readonly string[], content: string | Buffer = ''): Promise<SourceObject[]> {
  const objects: SourceObject[] = [];
  for await (const object of readObjects(sources, io(content))) objects.push(object);
  return objects;
}

const names = (objects: readonly SourceObject[]): unknown[] =>
  objects.map(({ object }) => (object['metadata'] as Record<string, unknown>)['name']);
const pod = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });

describe('readObjects', () => {
  it('reads the manifests of a directory by name, not its other files, not its subdirectories', async () => {
    const objects = await read([join(root, 'pods')]);
    expect(names(objects)).to.deep.equal(['first', 'second', 'no-sidecar', 'osm-config', 'other']);
    expect(objects.map(({ origin }) => describeOrigin(origin).slice(root.length))).to.deep.equal([
      '/pods/a-list.yaml:3: items[0]',
      '/pods/a-list.yaml:22: items[1]',
      '/pods/b-pod.json:1',
      '/pods/c-mesh.yml:4',
      '/pods/c-mesh.yml:15: document 2',
    ]);
  });

  it('says in which line a value stands, or its nearest parent', async () => {
    const [first, , recorded, , other] = await read([join(root, 'pods')]);
    expect(first!.lineOf([])).to.equal(3);
    expect(first!.lineOf(['metadata', 'annotations', 'openservicemesh.io/sidecar-injection'])).to.equal(7);
    expect(first!.lineOf(['metadata', 'annotations', 'absent', 'deeper'])).to.equal(6);
    expect(first!.lineOf(['spec', 'containers', 0, 'command', 2])).to.equal(15);
    expect(first!.lineOf(['spec', 'containers', 7])).to.equal(11);
    expect(recorded!.lineOf(['apiVersion'])).to.equal(2);
    expect(recorded!.lineOf(['spec', 'containers', 0])).to.be.greaterThan(recorded!.lineOf(['spec']));
    expect(recorded!.lineOf(['spec', 'containers', 9])).to.equal(recorded!.lineOf(['spec', 'containers']));
    expect(other!.lineOf(['metadata', 'name'])).to.equal(17);
  });

  it('reads anchors, aliases and merge keys as kubectl does', async () => {
    const [, , , , other] = await read([join(root, 'pods')]);
    expect(other!.object['metadata']).to.deep.equal({
      name: 'other',
      namespace: 'osm-system',
      labels: { namespace: 'osm-system' },
    });
    const merged =
      'apiVersion: v1\nkind: A\na: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\n';
    const [object] = await read(['-'], merged);
    expect(object!.object['c']).to.deep.equal({ x: 1, y: 1, z: 3 });
  });

  it('reads several sources in the order given, standard input among them', async () => {
    const objects = await read([join(root, 'pods/c-mesh.yml'), '-'], JSON.stringify(pod('piped')));
    expect(names(objects)).to.deep.equal(['osm-config', 'other', 'piped']);
    expect(objects[2]!.origin).to.deep.equal({ file: 'standard input', document: 1, line: 1 });
  });

  it('gives the items of a typed list the kind and apiVersion that the list implies', async () => {
    const list = { kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'a' } }, pod('b')] };
    const sorted = { apiVersion: 'v1', items: list.items, kind: 'PodList' };
    for (const text of [
      JSON.stringify(list),
      JSON.stringify(sorted, null, 2),
      'kind: PodList\napiVersion: v1\nitems:\n- metadata: {name: a}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n',
    ]) {
      const objects = await read(['-'], text);
      expect(objects.map(({ object }) => object)).to.deep.equal([pod('a'), pod('b')]);
      expect(objects.map(({ origin }) => origin.item)).to.deep.equal([0, 1]);
    }
  });

  it('flattens lists in lists, and counts the items of the outermost', async () => {
    const inner = { apiVersion: 'v1', kind: 'PodList', items: [pod('b'), { metadata: { name: 'c' } }] };
    const outer = { apiVersion: 'v1', kind: 'List', items: [pod('a'), inner] };
    for (const text of [JSON.stringify(outer), `# flow style is not JSON\n${JSON.stringify(outer)} # end`]) {
      const objects = await read(['-'], text);
      expect(names(objects)).to.deep.equal(['a', 'b', 'c']);
      expect(objects.map(({ origin }) => origin.item)).to.deep.equal([0, 1, 1]);
    }
  });

  it('takes an empty list for what it is, and an object for one that has a List-like kind but no items', async () => {
    expect(await read(['-'], 'apiVersion: v1\nitems: []\nkind: List\n')).to.deep.equal([]);
    expect(await read(['-'], '{"kind":"PodList","apiVersion":"v1","items":null}')).to.deep.equal([]);
    expect(await read(['-'], 'apiVersion: example.com/v1\nkind: BlockList\nspec: {}\n')).to.have.length(1);
  });

  it('reads JSON texts that follow each other, as jq prints them, and JSON between --- lines', async () => {
    const [a, b] = [JSON.stringify(pod('a'), null, 2), JSON.stringify(pod('b'))];
    for (const text of [`${a}\n${b}\n`, `${a}${b}`, `--- # JSON\n${a}\n---\n${b}`]) {
      const objects = await read(['-'], text);
      expect(names(objects)).to.deep.equal(['a', 'b']);
      expect(objects.map(({ origin }) => origin.document)).to.deep.equal([1, 2]);
    }
    const [, second] = await read(['-'], `${a}\n${b}\n`);
    expect(second!.origin.line).to.equal(8);
  });

  it('finds the lines of items in a JSON list that is split', async () => {
    const text = JSON.stringify({ apiVersion: 'v1', items: [pod('a'), pod('b')], kind: 'List' }, null, 2);
    const [, b] = await read(['-'], text);
    expect(text.split('\n')[b!.origin.line - 1]).to.equal('    {');
    expect(text.split('\n')[b!.lineOf(['metadata', 'name']) - 1]).to.contain('"name": "b"');
  });

  it('takes Windows line ends and a byte order mark', async () => {
    const objects = await read(
      ['-'],
      '\ufeffapiVersion: v1\r\nkind: A\r\n---\r\napiVersion: v1\r\nkind: B\r\n',
    );
    expect(objects.map(({ object, origin }) => [object['kind'], origin.line])).to.deep.equal([
      ['A', 1],
      ['B', 4],
    ]);
  });

  it('cuts documents at --- alone, not where a string merely begins so', async () => {
    const text =
      'apiVersion: v1\nkind: A\na: |\n  ---\n  ...\nb: "x\n  --- y"\n---x: 1\n--- # next\napiVersion: v1\nkind: B\n';
    const objects = await read(['-'], text);
    expect(objects.map(({ object }) => object)).to.deep.equal([
      { apiVersion: 'v1', kind: 'A', a: '---\n...\n', b: 'x --- y', '---x': 1 },
      { apiVersion: 'v1', kind: 'B' },
    ]);
  });

  it('yields what came before an error, then stops', async () => {
    const seen: unknown[] = [];
    let message = '';
    try {
      const text = 'apiVersion: v1\nkind: A\n---\nkind: B\n---\napiVersion: v1\nkind: C\n';
      for await (const { object } of readObjects(['-'], io(text))) seen.push(object['kind']);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(seen).to.deep.equal(['A']);
    expect(message).to.equal('standard input:4: document 2: not a Kubernetes object: it has no apiVersion');
  });
});
