/** What somebody may have meant who has mistyped a word. */

/** Further away, a word is another word. */
const FARTHEST = 3;

/** @returns the words that are as near to `typed` as any and near enough, in the order given; letters' case does not count */
export function closest(typed: string, words: readonly string[]): readonly string[] {
  const rated = words.map((word) => ({ word, distance: distance(typed.toLowerCase(), word.toLowerCase()) }));
  const nearest = Math.min(...rated.map((each) => each.distance));
  // Two letters of five make another word.
  if (nearest > Math.min(FARTHEST, typed.length / 4)) return [];
  return rated.filter((each) => each.distance === nearest).map(({ word }) => word);
}

/** How many letters must be added, left out, replaced or swapped with their neighbour; no more than a few are counted. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > FARTHEST) return Infinity;
  let before: readonly number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + (same ? 0 : 1),
          swapped ? at(before, j - 2) + 1 : Infinity,
        ),
      );
    }
    before = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
