/** The script for zsh: to be sourced after compinit, or put into a folder of $fpath as _osm-auditor. */
import { BOOLEANS, type CommandWords, type OptionWords } from './command-words.ts';

export function zshScript(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  return `#compdef ${program}
# Completion of ${program} for zsh.
${name}() {
  local -a commands
  if (( CURRENT == 2 )); then
    commands=(
${commands.map((command) => `      ${quoted(`${command.name}:${command.description}`)}\n`).join('')}    )
    _describe command commands
    return
  fi
  shift words
  (( CURRENT -= 1 ))
  case \${words[1]} in
${commands.map(commandCase).join('')}  esac
}

if [[ \${funcstack[1]} == _${program} ]]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi
`;
}

function commandCase({ name, options, argument }: CommandWords): string {
  const specs = options.flatMap(optionSpecs);
  const last = argument.length === 0 ? [] : [quoted(`1: :(${argument.join(' ')})`)];
  return `    ${name}) _arguments ${[...specs, ...last].map((spec) => `\\\n      ${spec}`).join(' ')} ;;\n`;
}

/** Each spelling is a spec of its own; a file may be given again and again. */
function optionSpecs({ short, long, description, value }: OptionWords): readonly string[] {
  const text = `[${description.replace(/[[\]:\\]/g, '\\$&')}]`;
  const both = (again: string, ofShort: string, ofLong: string): readonly string[] => [
    ...(short === undefined ? [] : [quoted(`${again}${short}${ofShort}`)]),
    quoted(`${again}${long}${ofLong}`),
  ];
  const valued = (action: string, again = ''): readonly string[] => {
    const rest = `${text}:${long.slice(2)}:${action}`;
    return both(again, rest, `=${rest}`);
  };
  switch (value.kind) {
    case 'none':
      return both('', text, text);
    case 'boolean':
      return both('', text, `=-${text}::boolean:(${BOOLEANS.join(' ')})`);
    case 'words':
      return valued(`(${value.words.join(' ')})`);
    case 'file':
      return valued('_files', '*');
    case 'text':
      return valued('');
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
