/** The script for bash, 3.2 and later; it needs no other package. */
import { BOOLEANS, spellings, type CommandWords, type OptionWords } from './command-words.ts';

export function bashScript(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const files = `${name}_files`;
  return `# Completion of ${program} for bash: source this, or put it into bash_completion.d.
${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words= found
  COMPREPLY=()
  # Bash takes = for a word of its own.
  if [[ $word == = ]]; then
    word= before=$before=
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}=
  fi
  if (( COMP_CWORD == 1 )); then
    words='${commands.map((command) => command.name).join(' ')}'
  else
    case "\${COMP_WORDS[1]} $before" in
${commands.flatMap((command) => valueCases(command, files)).join('')}      *)
        case \${COMP_WORDS[1]} in
${commands.map(wordsCase).join('')}        esac
        ;;
    esac
  fi
  while IFS= read -r found; do
    COMPREPLY+=("$found")
  done < <(compgen -W "$words" -- "$word")
}

${files}() {
  local found
  compopt -o filenames 2>/dev/null
  while IFS= read -r found; do
    COMPREPLY+=("$found")
  done < <(compgen -f -- "$1")
}

complete -F ${name} ${program}
`;
}

/** What follows an option that has a value. */
function valueCases({ name, options }: CommandWords, files: string): readonly string[] {
  return options.flatMap((option) => {
    const action = actionOf(option, files);
    if (action === undefined) return [];
    const joined = spellings(option).map((spelling) => `'${name} ${spelling}='`);
    // A boolean has its value behind = alone: the next word is not its.
    const apart = spellings(option).map((spelling) => `'${name} ${spelling}'`);
    const patterns = option.value.kind === 'boolean' ? joined : [...apart, ...joined];
    return [`      ${patterns.join(' | ')}) ${action} ;;\n`];
  });
}

function actionOf({ value }: OptionWords, files: string): string | undefined {
  switch (value.kind) {
    case 'words':
      return `words='${value.words.join(' ')}'`;
    case 'boolean':
      return `words='${BOOLEANS.join(' ')}'`;
    case 'file':
      return `${files} "$word"; return`;
    case 'text':
      return 'return';
    case 'none':
      return undefined;
  }
}

/** Options where one has been begun, the argument elsewhere. */
function wordsCase({ name, options, argument }: CommandWords): string {
  const flags = options.map(({ long }) => long).join(' ');
  const free = argument.length === 0 ? flags : argument.join(' ');
  return `          ${name}) if [[ $word == -* ]]; then words='${flags}'; else words='${free}'; fi ;;\n`;
}
