/** Takes some of many mutants: the same for the same seed, from each file alike. */
import { randomFrom } from '../../src/testing/random.ts';
import type { Mutant } from './mutate.ts';

/**
 * One of each file by turns until there are enough, so small files are not drowned by large ones. A file's mutants come in
 * an order that no other file has a say in: changing one file leaves the choice in the others nearly as it was.
 */
export function sample(
  files: readonly (readonly Mutant[])[],
  count: number,
  seed: number,
): readonly Mutant[] {
  const shuffled = files.map((mutants) => shuffle(mutants, seed));
  const longest = Math.max(0, ...shuffled.map(({ length }) => length));
  const rounds = Array.from({ length: longest }, (_, round) =>
    shuffled.flatMap((mutants) => mutants.slice(round, round + 1)),
  );
  return rounds.flat().slice(0, count);
}

function shuffle<T>(values: readonly T[], seed: number): readonly T[] {
  const random = randomFrom(seed);
  const left = [...values];
  return values.flatMap(() => left.splice(random.below(left.length), 1));
}
