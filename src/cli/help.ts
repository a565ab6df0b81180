/** Help in kubectl's manner: what it does, examples, options each with its text below, and the usage last. */
import { type Command, Help, type Option } from 'commander';

/** Examples by command: the text of `--help`, comment above, command below. */
const examples = new WeakMap<Command, string>();

export function withExamples(command: Command, text: string): Command {
  examples.set(command, text);
  return command;
}

export class KubectlHelp extends Help {
  override formatHelp(command: Command, helper: Help): string {
    const sections = [
      helper.commandDescription(command),
      section('Examples', examples.get(command) ?? ''),
      section('Available Commands', this.#commands(command, helper)),
      section('Options', helper.visibleOptions(command).map(optionText).join('\n\n')),
      section('Usage', `  ${helper.commandUsage(command)}`),
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
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('');
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}:\n${body}`;
}

/** `    -o, --output='table':` and the description below, as kubectl prints flags. */
function optionText(option: Option): string {
  const short = option.short === undefined ? '' : `${option.short}, `;
  const variable = option.envVar === undefined ? '' : ` Also read from ${option.envVar}.`;
  return `    ${short}${option.long ?? ''}${defaultText(option)}:\n        ${option.description}${variable}`;
}

function defaultText(option: Option): string {
  if (option.isBoolean() || option.negate) return `=${String(option.defaultValue ?? false)}`;
  if (option.variadic || Array.isArray(option.defaultValue)) return '=[]';
  const value: unknown = option.defaultValue;
  return `='${typeof value === 'string' || typeof value === 'number' ? value : ''}'`;
}
