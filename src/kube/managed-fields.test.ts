import { expect } from 'chai';
import fc from 'fast-check';
import { withoutManagedFields } from './managed-fields.ts';

const prune = withoutManagedFields(['"f:mesh.io/']);

/** What pruning must amount to, said on values. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => {
      const taken = key === 'managedFields' && Array.isArray(inside);
      const keep = JSON.stringify(inside).includes('"f:mesh.io/');
      return [key, taken ? (keep ? (inside as unknown) : []) : pruned(inside)];
    }),
  );
}

const TEXTS = [
  'managedFields',
  '"managedFields":[',
  '\\"managedFields":[',
  '\\',
  '"',
  '[',
  '}',
  'f:mesh.io/x',
  '',
];
const text = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.array(fc.constantFrom(...TEXTS), { maxLength: 4 }).map((parts) => parts.join('')),
  fc.string(),
);

describe('text without managedFields', () => {
  it('parses to the same but for empty lists of that name', () => {
    const key = text.filter((each) => each !== '__proto__');
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('any'), { maxLength: 4 }),
      object: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
    })).any;
    fc.assert(
      fc.property(value, (each) => {
        expect(JSON.parse(prune(JSON.stringify(each)))).to.deep.equal(pruned(each));
      }),
      { numRuns: 3000 },
    );
  });

  it('loses the lists of all objects of a page', () => {
    const page = { items: ['a', 'b'].map((name) => ({ metadata: { name, managedFields: [{ x: [{}] }] } })) };
    const empty = { items: ['a', 'b'].map((name) => ({ metadata: { name, managedFields: [] } })) };
    expect(prune(JSON.stringify(page))).to.equal(JSON.stringify(empty));
  });

  for (const [what, broken] of Object.entries({
    'a list without an end': '{"managedFields":[{"a":1}',
    'a text without an end': '{"managedFields":["a',
    'nothing behind it': '{"managedFields":[',
  })) {
    it(`leaves ${what} to the parser`, () => expect(prune(broken)).to.equal(broken));
  }

  it('takes no longer than the text is long, whatever it is', () => {
    const hostile = [
      '"managedFields":['.repeat(60_000),
      '"managedFields":["'.repeat(60_000),
      `"managedFields":["${'\\'.repeat(1_000_000)}"]`,
      `${'\\'.repeat(1_000_001)}"managedFields":[]`,
      '\\"managedFields":['.repeat(60_000),
    ];
    const begun = process.cpuUsage();
    for (const each of hostile) prune(each);
    const { user } = process.cpuUsage(begun);
    expect(user / 1e6, 'seconds of CPU').to.be.below(5);
  });
});
