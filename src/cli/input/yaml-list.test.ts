import { expect } from 'chai';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { InputError } from './input-error.ts';
import { ListSplitter, looksLikeList } from './yaml-list.ts';
import type { ListPart } from './yaml-list.ts';

/** Splits `text`, which begins in line 1, given to the splitter `lines` lines at a time. */
function split(text: string, lines = 1000): ListPart[] {
  const splitter = new ListSplitter('-', 1);
  const all = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const parts: ListPart[] = [];
  for (let at = 0; at < all.length; at += lines) {
    parts.push(...splitter.push(Buffer.from(all.slice(at, at + lines).join(''))));
  }
  return [...parts, ...splitter.end()];
}

const shown = (parts: readonly ListPart[]): string[] =>
  parts.map(({ kind, line, bytes }) => `${kind} ${line} ${JSON.stringify(bytes.toString())}`);

describe('ListSplitter', () => {
  it('cuts kubectl output into head, items and tail, with their lines', () => {
    const text =
      'apiVersion: v1\nitems:\n- a: |\n    - x\n\n  b: 1\n# note\n- c: 2\nkind: List\nmetadata:\n  a: b\n';
    expect(shown(split(text))).to.deep.equal([
      'head 1 "apiVersion: v1\\nitems:\\n"',
      'item 3 "- a: |\\n    - x\\n\\n  b: 1\\n# note\\n"',
      'item 8 "- c: 2\\n"',
      'tail 9 "kind: List\\nmetadata:\\n  a: b\\n"',
    ]);
  });

  it('ends with an empty tail when nothing follows the items', () => {
    expect(shown(split('kind: List\nitems:\n  - a\n  -\n    b: 1\n'))).to.deep.equal([
      'head 1 "kind: List\\nitems:\\n"',
      'item 3 "  - a\\n"',
      'item 4 "  -\\n    b: 1\\n"',
      'tail 6 ""',
    ]);
  });

  it('gives the items that parsing the whole would give, for any list that YAML.stringify writes', () => {
    const items = fc.array(
      fc.dictionary(fc.string(), fc.jsonValue({ stringUnit: 'binary' }), { minKeys: 1 }),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(items, fc.boolean(), fc.integer({ min: 1, max: 5 }), (list, indentSeq, lines) => {
        const text = stringify({ apiVersion: 'v1', items: list, kind: 'List' }, { indentSeq });
        const whole = parse(text) as { items: unknown[] };
        const parts = split(text, lines);
        expect(parts.map(({ kind }) => kind)).to.deep.equal(['head', ...list.map(() => 'item'), 'tail']);
        const parsed = parts.slice(1, -1).flatMap(({ bytes }) => parse(bytes.toString()) as unknown[]);
        expect(parsed).to.deep.equal(whole.items);
        let line = 1;
        for (const part of parts) {
          expect(part.line).to.equal(line);
          line += part.bytes.toString().split('\n').length - 1;
        }
      }),
    );
  });

  it('refuses an item larger than any object as soon as it is', () => {
    const splitter = new ListSplitter('-', 1);
    const block = Buffer.from('  a: b\n'.repeat(100_000));
    const feed = (): void => {
      for (const text of ['items:\n', '- x: y\n']) [...splitter.push(Buffer.from(text))];
      for (let n = 0; n < 100; n++) [...splitter.push(block)];
    };
    expect(feed).to.throw(InputError, /^standard input:2: a list item is more than 8 MB of YAML/);
  });
});

describe('looksLikeList', () => {
  const answers: Readonly<Record<string, boolean>> = {
    'apiVersion: v1\nitems:\n- apiVersion: v1\n': true,
    '---\napiVersion: v1\nitems:\n- apiVersion: v1\n': true,
    'kind: PodList\nmetadata:\n  resourceVersion: ""\n# x\nitems:\r\n  - a: b\n': true,
    'apiVersion: v1\nitems: []\n': false,
    'apiVersion: v1\nitems: # none\n- a\n': false,
    'metadata:\n  items:\n  - a\n': false,
    'items:\n  a: b\n': false,
    '- items:\n  - a\n': false,
    '{"a": 1,\nitems:\n- a': false,
  };
  for (const [text, answer] of Object.entries(answers)) {
    it(`says ${answer ? 'yes' : 'no'} to ${JSON.stringify(text)}`, () => {
      expect(looksLikeList(Buffer.from(text))).to.equal(answer);
    });
  }
});
