/** `-o=json` is `--output=json`, as kubectl has it; commander would take the value to be `=json`. */
import type { Command } from 'commander';

/** Leaves everything else as it was typed, and what stands behind `--`. */
export function withLongOptions(argv: readonly string[], program: Command): readonly string[] {
  const options = program.commands.flatMap((command) => command.options);
  const end = argv.indexOf('--');
  return argv.map((word, i) => {
    if (!/^-[A-Za-z]=/.test(word) || (end >= 0 && i > end)) return word;
    const long = options.find(({ short }) => short === word.slice(0, 2))?.long;
    return long === undefined ? word : long + word.slice(2);
  });
}
