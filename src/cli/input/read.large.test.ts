import { expect } from 'chai';
import { stringify } from 'yaml';
import { InputError } from './input-error.ts';
import { JSON_BYTES, SPLIT_ABOVE_BYTES, YAML_BYTES } from './limits.ts';
import { readObjects } from './read.ts';

const MIB = 1024 * 1024;

/** Standard input that counts how many of its chunks were taken. */
class Chunks {
  readonly #next: (index: number) => Buffer | undefined;
  taken = 0;

  constructor(next: (index: number) => Buffer | undefined) {
    this.#next = next;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (let chunk = this.#next(0); chunk !== undefined; chunk = this.#next(this.taken)) {
      this.taken++;
      await Promise.resolve();
      yield chunk;
    }
  }
}

const chunksOf = (text: string): Chunks => {
  const bytes = Buffer.from(text);
  return new Chunks((index) =>
    index * MIB < bytes.length ? bytes.subarray(index * MIB, (index + 1) * MIB) : undefined,
  );
};

/** What came out of `stdin`, and the message of the error that ended it, if any. */
async function outcome(stdin: Chunks): Promise<{ kinds: string[]; lines: number[]; message: string }> {
  const kinds: string[] = [];
  const lines: number[] = [];
  try {
    for await (const { object, lineOf } of readObjects(['-'], { stdin })) {
      kinds.push(`${String(object['apiVersion'])} ${String(object['kind'])}`);
      lines.push(lineOf(['last']));
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kinds, lines, message: error.message };
  }
  return { kinds, lines, message: '' };
}

const script = Array.from({ length: 200 }, (_, n) => `- iptables -t nat -A PROXY ${n}`).join('\n');
const item = { script: script.repeat(12), last: 1 };
const copies = Math.ceil(SPLIT_ABOVE_BYTES / stringify(item).length) + 2;
const list = (head: object, items: readonly object[], tail: object): string =>
  stringify({ ...head, items, ...tail }, { aliasDuplicateObjects: false, lineWidth: 0, indentSeq: false });

describe('readObjects and large input', () => {
  it('reads a large YAML list item by item, with the lines of the file', async () => {
    const items = Array<object>(copies).fill({ apiVersion: 'v1', kind: 'Pod', ...item });
    const text = list({ apiVersion: 'v1' }, items, { kind: 'List' });
    expect(text.length).to.be.greaterThan(SPLIT_ABOVE_BYTES);
    const { kinds, lines, message } = await outcome(
      chunksOf(`# kubectl get pods\n---\n${text}---\napiVersion: v2\nkind: Last\n`),
    );
    expect(message).to.equal('');
    expect(kinds).to.deep.equal([...items.map(() => 'v1 Pod'), 'v2 Last']);
    const expected = `\n\n${text}`
      .split('\n')
      .flatMap((line, index) => (/^ {2}last:/.test(line) ? [index + 1] : []));
    expect(lines.slice(0, -1)).to.deep.equal(expected);
  });

  it('lets the items of a large typed YAML list inherit from what stands before them', async () => {
    const items = Array<object>(copies).fill(item);
    const { kinds } = await outcome(chunksOf(list({ kind: 'PodList', apiVersion: 'v1' }, items, {})));
    expect(kinds).to.deep.equal(items.map(() => 'v1 Pod'));
  });

  it('refuses a large YAML document with items that turns out not to be a list', async () => {
    const items = Array<object>(copies).fill({ apiVersion: 'v1', kind: 'Pod', ...item });
    const other = await outcome(chunksOf(list({ apiVersion: 'v1' }, items, { kind: 'Album' })));
    expect(other.message).to.match(/^standard input:1: has items, but its kind "Album" is not a list/);
    const twice = await outcome(
      chunksOf(list({ apiVersion: 'v1' }, items, { kind: 'List' }) + 'apiVersion: v1\n'),
    );
    const text = await outcome(chunksOf(list({ apiVersion: 'v1' }, items, {}) + 'kind\n'));
    expect(text.message).to.match(
      /^standard input:\d+: not valid YAML: expected keys of the list around its items$/,
    );
    expect(twice.message).to.match(/^standard input:\d+: the key "apiVersion" occurs twice in one mapping$/);
  });

  it('refuses too large a YAML document without reading on, and says what to do', async () => {
    const block = Buffer.from('a: b\n'.repeat(MIB / 5));
    const stdin = new Chunks((index) => (index < 100 ? block : undefined));
    const { message } = await outcome(stdin);
    expect(message).to.match(
      /^standard input:1: the document is more than 8 MB of YAML; save it with -o json,/,
    );
    expect(stdin.taken).to.be.lessThan(12);
  });

  it('refuses a line that no memory would hold', async () => {
    const block = Buffer.alloc(64 * MIB, 'x');
    const stdin = new Chunks((index) => (index < 1000 ? block : undefined));
    const { message } = await outcome(stdin);
    expect(message).to.equal('standard input: has a line of more than 1024 MB');
    expect(stdin.taken).to.equal(JSON_BYTES / block.length + 1);
  });

  it('says where large JSON is broken, and yields the items before', async () => {
    const pod = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', last: 'x'.repeat(100_000) });
    const pods = Array<string>(Math.ceil(YAML_BYTES / 100_000) + 4)
      .fill(pod)
      .join(',\n');
    const whole = `{"apiVersion":"v1","items":[\n${pods}\n],"kind":"List"}`;
    expect(await outcome(chunksOf(whole))).to.include({ message: '' });
    const cut = await outcome(chunksOf(whole.slice(0, -150_000)));
    expect(cut.message).to.match(
      /^standard input:\d+:\d+: not valid JSON: the text ends within what began in line 1; is the file complete\?$/,
    );
    const last = whole.lastIndexOf('"last"');
    const colon = await outcome(chunksOf(`${whole.slice(0, last)}"last";${whole.slice(last + 7)}`));
    expect(colon.message).to.match(/^standard input:\d+:\d+: items\[87\]: not valid YAML: /);
    expect(colon.kinds).to.have.length(87);
    const comma = await outcome(chunksOf(whole.replace(/\n\]/, '\n"x" ]')));
    expect(comma.message).to.match(
      /^standard input:90:1: not valid JSON: expected , or ] after a list item$/,
    );
    const after = await outcome(chunksOf(`${whole}\nnonsense`));
    expect(after.message).to.match(
      /^standard input:91:1: not valid JSON: unexpected "nonsense" after the end$/,
    );
  });

  it('finds a duplicate key in a JSON object too large for YAML', async () => {
    const data = JSON.stringify('x'.repeat(YAML_BYTES));
    const { message } = await outcome(chunksOf(`{"apiVersion":"v1","kind":"A","a":{"b":${data},"b":1}}`));
    expect(message).to.equal('standard input:1:1: a key occurs twice in one object');
  });

  it('refuses text that is nothing but punctuation before it takes minutes', async () => {
    const { message } = await outcome(chunksOf(`a:\n${'- \n'.repeat(1_000_000)}`));
    expect(message).to.match(
      /^standard input:1:1: the document is too complex for YAML; save it with -o json/,
    );
  }).timeout(60_000);
});
