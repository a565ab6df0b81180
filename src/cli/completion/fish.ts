/** The script for fish, 3.0 and later. */
import { BOOLEANS, type CommandWords, type OptionWords, type Value } from './command-words.ts';

export function fishScript(program: string, commands: readonly CommandWords[]): string {
  const complete = `complete -c ${program}`;
  const lines = commands.flatMap(({ name, description, options, argument }) => {
    const within = `${complete} -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `${complete} -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...(argument.length === 0 ? [] : [`${within} -a '${argument.join(' ')}'`]),
      ...options.map((option) => `${within} ${optionWords(option)}`),
    ];
  });
  return [`# Completion of ${program} for fish.`, `${complete} -f`, ...lines, ''].join('\n');
}

function optionWords({ short, long, description, value }: OptionWords): string {
  const names = `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  return `${names}${valueWords(value)} -d ${quoted(description)}`;
}

function valueWords(value: Value): string {
  switch (value.kind) {
    case 'words':
      return ` -x -a '${value.words.join(' ')}'`;
    case 'file':
      return ' -r -F';
    case 'text':
      return ' -x';
    // Its value stands behind = alone, which fish takes from there being no -r.
    case 'boolean':
      return ` -a '${BOOLEANS.join(' ')}'`;
    case 'none':
      return '';
  }
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
