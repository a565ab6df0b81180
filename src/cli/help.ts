/**
 * Help in kubectl's manner: what it does, examples, options each with its text below, and the usage last.
 *
 * Limits: `-h, --help` is not listed, as kubectl does not list it; the last line of the program's help names it.
 */
import { type Argument, type Command, Help, type Option } from 'commander';

/** Columns of the texts below options, their indent apart. */
const WIDTH = 92;
const INDENT = ' '.repeat(8);

/** Examples by command: the text of `--help`, comment above, command below. */
const examples = new WeakMap<Command, string>();

export function withExamples(command: Command, text: string): Command {
  examples.set(command, text);
  return command;
}

export class KubectlHelp extends Help {
  override formatHelp(command: Command, helper: Help): string {
    const options = helper.visibleOptions(command).filter(({ long }) => long !== '--help');
    const sections = [
      helper.commandDescription(command),
      section('Examples', examples.get(command) ?? ''),
      section('Available Commands', this.#commands(command, helper)),
      section('Arguments', helper.visibleArguments(command).map(this.#argument).join('\n\n')),
      section('Options', options.map(this.#option).join('\n\n')),
      section('Usage', `  ${usage(command, options)}`),
      command.commands.length === 0
        ? ''
        : `Use "${command.name()} <command> --help" for more information about a given command.`,
    ];
    return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
  }

  #commands(command: Command, helper: Help): string {
    const commands = helper.visibleCommands(command);
    const width = Math.max(0, ...commands.map((each) => each.name().length));
    return commands
      .map((each) => `  ${each.name().padEnd(width)}   ${firstLine(helper.subcommandDescription(each))}`)
      .join('\n');
  }

  readonly #argument = (argument: Argument): string => {
    return `    ${placeholder(argument)}:\n${this.#below(argument.description)}`;
  };

  /** `    -o, --output='table':` and the description below, as kubectl prints flags. */
  readonly #option = (option: Option): string => {
    const short = option.short === undefined ? '' : `${option.short}, `;
    const text = [
      option.description,
      option.argChoices === undefined ? '' : `One of: (${option.argChoices.join(', ')}).`,
      option.envVar === undefined ? '' : `Also read from ${option.envVar}.`,
    ];
    const head = `    ${short}${option.long ?? ''}=${defaultText(option)}:`;
    return `${head}\n${this.#below(text.filter((part) => part !== '').join(' '))}`;
  };

  #below(text: string): string {
    return this.boxWrap(text, WIDTH).replace(/^/gm, INDENT);
  }
}

function usage(command: Command, options: readonly Option[]): string {
  const words = [command.parent?.name(), command.name(), ...command.registeredArguments.map(placeholder)];
  const rest = command.parent === null ? command.usage() : options.length > 0 ? '[options]' : '';
  return [...words, rest].filter((word) => word !== undefined && word !== '').join(' ');
}

/** `<name>` where it is needed, `[name]` where it may be left out. */
function placeholder(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('');
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}:\n${body}`;
}

function defaultText(option: Option): string {
  if (option.defaultValueDescription !== undefined) return option.defaultValueDescription;
  const value: unknown = option.defaultValue;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return Array.isArray(value) ? '[]' : `'${typeof value === 'string' ? value : ''}'`;
}
