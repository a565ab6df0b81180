/**
 * Sets of whole numbers as sorted, disjoint, non-adjacent intervals in one flat list: `[80, 80, 443, 443]` is {80, 443}.
 *
 * Guarantees: every function answers in this normal form, so equal sets are equal lists. Numbers go from 0 to 2^32 - 1.
 */

/** From, to, from, to: both ends belong to the interval. */
export type IntervalSet = readonly number[];

export const EMPTY: IntervalSet = [];

export function interval(from: number, to: number): IntervalSet {
  return [from, to];
}

export function contains(set: IntervalSet, value: number): boolean {
  let low = 0;
  let high = set.length / 2;
  // The first interval that ends at the value or behind it decides.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(set, 2 * middle + 1) < value) low = middle + 1;
    else high = middle;
  }
  return 2 * low < set.length && at(set, 2 * low) <= value;
}

export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a === b) return a;
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const from = Math.max(at(a, i), at(b, j));
    const to = Math.min(at(a, i + 1), at(b, j + 1));
    if (from <= to) result.push(from, to);
    if (at(a, i + 1) < at(b, j + 1)) i += 2;
    else j += 2;
  }
  return result;
}

export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  const result: number[] = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let from = at(a, i);
    const to = at(a, i + 1);
    while (j < b.length && at(b, j + 1) < from) j += 2;
    for (let k = j; k < b.length && at(b, k) <= to; k += 2) {
      if (at(b, k) > from) result.push(from, at(b, k) - 1);
      from = at(b, k + 1) + 1;
    }
    if (from <= to) result.push(from, to);
  }
  return result;
}

/** All sets at once: joining them one by one would cost their number squared. */
export function union(sets: readonly IntervalSet[]): IntervalSet {
  const [only] = sets;
  if (only !== undefined && sets.length === 1) return only;
  const intervals: (readonly [number, number])[] = [];
  for (const set of sets)
    for (let i = 0; i < set.length; i += 2) intervals.push([at(set, i), at(set, i + 1)]);
  intervals.sort(([a], [b]) => a - b);
  const result: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [from, to] of intervals) {
    if (from > last + 1) {
      result.push(from, to);
      last = to;
    } else if (to > last) {
      result[result.length - 1] = to;
      last = to;
    }
  }
  return result;
}

export function equal(a: IntervalSet, b: IntervalSet): boolean {
  return a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
}

/** How many numbers are in it. */
export function size(set: IntervalSet): number {
  let sum = 0;
  for (let i = 0; i < set.length; i += 2) sum += at(set, i + 1) - at(set, i) + 1;
  return sum;
}

/** The intervals as pairs. */
export function intervals(set: IntervalSet): readonly { readonly from: number; readonly to: number }[] {
  return Array.from({ length: set.length / 2 }, (_, i) => ({ from: at(set, 2 * i), to: at(set, 2 * i + 1) }));
}

/** Positions are always within the list; the fallback only satisfies the type. */
function at(set: IntervalSet, i: number): number {
  return set[i] ?? 0;
}
