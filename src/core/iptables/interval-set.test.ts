import { expect } from 'chai';
import fc from 'fast-check';
import {
  contains,
  EMPTY,
  equal,
  intersect,
  interval,
  intervals,
  size,
  subtract,
  union,
  type IntervalSet,
} from './interval-set.ts';

const LAST = 63;

/** The set of some small numbers, and the same as a plain Set for comparison. */
const numbers = fc.uniqueArray(fc.nat(LAST), { maxLength: 40 }).map((values) => new Set(values));

function setOf(values: ReadonlySet<number>): IntervalSet {
  return union([...values].map((value) => interval(value, value)));
}

function isNormal(set: IntervalSet): boolean {
  const parts = intervals(set);
  return parts.every(({ from, to }, i) => from <= to && (i === 0 || parts[i - 1]!.to + 1 < from));
}

describe('interval sets', () => {
  it('are in normal form: sorted, disjoint, not adjacent', () => {
    expect(union([interval(5, 6), interval(1, 2), interval(3, 4), interval(8, 9)])).to.deep.equal([
      1, 6, 8, 9,
    ]);
    expect(union([interval(0, 9), interval(2, 3)])).to.deep.equal([0, 9]);
    expect(union([])).to.deep.equal(EMPTY);
  });

  it('do what sets do', () => {
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const a = setOf(left);
        const b = setOf(right);
        const results: readonly (readonly [IntervalSet, (value: number) => boolean])[] = [
          [a, (value) => left.has(value)],
          [intersect(a, b), (value) => left.has(value) && right.has(value)],
          [subtract(a, b), (value) => left.has(value) && !right.has(value)],
          [union([a, b]), (value) => left.has(value) || right.has(value)],
        ];
        for (const [set, holds] of results) {
          expect(isNormal(set), set.join()).to.equal(true);
          const held = Array.from({ length: LAST + 1 }, (_, value) => value).filter(holds);
          expect(
            Array.from({ length: LAST + 1 }, (_, value) => value).filter((value) => contains(set, value)),
          ).to.deep.equal(held);
          expect(size(set)).to.equal(held.length);
          expect(equal(set, setOf(new Set(held)))).to.equal(true);
        }
        expect(equal(a, b)).to.equal(
          left.size === right.size && [...left].every((value) => right.has(value)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('hold both ends of an interval and nothing beside it, up to the last address', () => {
    const set = [10, 20, 0xfffffff0, 0xffffffff];
    expect(
      [9, 10, 20, 21, 0xffffffef, 0xfffffff0, 0xffffffff].map((value) => contains(set, value)),
    ).to.deep.equal([false, true, true, false, false, true, true]);
    expect(size([0, 0xffffffff])).to.equal(2 ** 32);
    expect(contains(EMPTY, 0)).to.equal(false);
  });

  it('answer the same list for a set with itself', () => {
    const set = interval(1, 2);
    expect(intersect(set, set)).to.equal(set);
    expect(union([set])).to.equal(set);
  });
});
