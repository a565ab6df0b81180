import { expect } from 'chai';
import fc from 'fast-check';
import { elementsOf, membersOf, scanValue } from './json-scan.ts';

const json = fc.jsonValue({ stringUnit: 'binary' });
const indents = fc.constantFrom(0, 2, '\t');

function counts(value: unknown): { depth: number; members: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, members: 0 };
  const inner = Object.values(value).map(counts);
  const members = inner.reduce((sum, one) => sum + one.members, Array.isArray(value) ? 0 : inner.length);
  return { depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)), members };
}

describe('scanValue', () => {
  it('spans exactly one value, and knows its depth and its number of members', () => {
    fc.assert(
      fc.property(json, indents, (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const bytes = Buffer.from(` ${text} , x`);
        const end = 1 + Buffer.byteLength(text);
        const { depth, members } = counts(JSON.parse(text));
        expect(scanValue(bytes, 1)).to.deep.equal({ start: 1, end, depth, members });
      }),
    );
  });

  it('finds no value where the text ends too early', () => {
    for (const text of ['', '{', '[1', '"', '"\\"', '{"a": "b}', ']']) {
      expect(scanValue(Buffer.from(text), 0), text).to.equal(undefined);
    }
  });

  it('stays within the bytes whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat({ max: 5 }), (bytes, start) => {
        const value = scanValue(bytes, start);
        if (value !== undefined) expect(value.end).to.be.within(start + 1, bytes.length);
      }),
    );
  });
});

describe('membersOf and elementsOf', () => {
  it('find what JSON.parse finds, in order', () => {
    fc.assert(
      fc.property(
        fc.array(json),
        fc.dictionary(fc.string({ unit: 'binary' }), json),
        indents,
        (list, object, indent) => {
          const array = Buffer.from(JSON.stringify(list, null, indent));
          const elements = [...elementsOf(array, 0)].map(({ start, end }) =>
            array.toString('utf8', start, end),
          );
          expect(elements.map((text) => JSON.parse(text) as unknown)).to.deep.equal(
            JSON.parse(array.toString()),
          );
          const bytes = Buffer.from(JSON.stringify(object, null, indent));
          const members = [...membersOf(bytes, 0)].map(({ key, value }) => {
            return `${bytes.toString('utf8', key.start, key.end)}:${bytes.toString('utf8', value.start, value.end)}`;
          });
          expect(JSON.parse(`{${members.join(',')}}`)).to.deep.equal(JSON.parse(bytes.toString()));
        },
      ),
    );
  });

  it('end early, and without an error, on what is not JSON', () => {
    for (const text of ['{a: 1}', '{"a" 1}', '{"a":', '{"a":1', '[1}', '7']) {
      const bytes = Buffer.from(text);
      expect([...membersOf(bytes, 0)].length + [...elementsOf(bytes, 0)].length, text).to.be.lessThan(2);
    }
  });
});
