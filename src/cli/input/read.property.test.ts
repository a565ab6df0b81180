import { expect } from 'chai';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { stringify } from 'yaml';
import { InputError } from './input-error.ts';
import { readObjects } from './read.ts';
import type { SourceObject } from './source-object.ts';

/** Reads `content` in chunks of `size` bytes, as a pipe may deliver it. */
async function read(content: string | Uint8Array, size = 65536): Promise<SourceObject[]> {
  const bytes = Buffer.from(content as string);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const objects: SourceObject[] = [];
  for await (const object of readObjects(['-'], { stdin: Readable.from(chunks) })) objects.push(object);
  return objects;
}

/** Fragments that make documents, half-made ones and near misses likely. */
const fragments = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'apiVersion: v1\n',
          'kind: Pod\n',
          'kind: List\n',
          'items:\n',
          '- ',
          '  ',
          '---\n',
          '...\n',
          '{',
          '}',
          '[',
          ']',
          ',',
        ],
        ...[
          '"',
          "'",
          ': ',
          '\n',
          '\r',
          '\t',
          '#',
          '|\n',
          '>-\n',
          '&a ',
          '*a',
          '!!str ',
          '! ',
          '<<: ',
          '? ',
          '%YAML 1.1\n',
          '\\',
          '@',
          '`',
        ],
        ...[
          '{"apiVersion":"v1","kind":"A"}',
          '{"apiVersion":"v1","kind":"AList","items":[',
          '"a":',
          '\ufeff',
          '\0',
          '1e9',
          '.inf',
          '~',
        ],
      ),
      fc.string({ maxLength: 5, unit: 'binary' }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

const json = fc.jsonValue({ depthSize: 'medium', stringUnit: 'binary' });
/** Any object that Kubernetes would accept as one, and that is not a list. Lone surrogates have no UTF-8. */
const kubernetes = fc
  .tuple(fc.dictionary(fc.string(), json), fc.constantFrom('Pod', 'ConfigMap', 'A'))
  .map(([rest, kind]) => ({ ...rest, apiVersion: 'v1', kind }));

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('readObjects, for any input', () => {
  it('yields objects or throws an InputError, and never anything else', async () => {
    const content = fc.oneof(
      { weight: 3, arbitrary: fragments },
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        try {
          for (const { object, origin, lineOf } of await read(bytes)) {
            expect(object['kind']).to.be.a('string').and.not.equal('');
            expect(lineOf([])).to.equal(origin.line);
          }
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).to.not.match(/[\p{Cc}\u2028\u2029]/u);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('reads back what JSON.stringify wrote, however it is indented and cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        kubernetes,
        fc.constantFrom(0, 2, '\t'),
        fc.integer({ min: 1, max: 99 }),
        async (value, indent, size) => {
          const [first, ...others] = await read(JSON.stringify(value, null, indent), size);
          expect(first!.object).to.deep.equal(plain(value));
          expect(others).to.deep.equal([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads back what YAML.stringify wrote, several documents to a file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(kubernetes, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 99 }),
        async (values, size) => {
          const text = values.map((value) => stringify(value, { merge: true })).join('---\n');
          const objects = await read(text, size);
          // JSON has no -0.
          expect(objects.map(({ object }) => plain(object))).to.deep.equal(values.map(plain));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds the line of every key that JSON.stringify put on a line of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(kubernetes, { maxLength: 4 }), async (items) => {
        const text = JSON.stringify({ apiVersion: 'v1', items, kind: 'List' }, null, 1);
        const lines = text.split('\n');
        for (const { object, lineOf } of await read(text)) {
          for (const key of Object.keys(object)) {
            expect(lines[lineOf([key]) - 1]!.trimStart().startsWith(`${JSON.stringify(key)}:`)).to.equal(
              true,
            );
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
