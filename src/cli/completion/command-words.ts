/**
 * What can be typed, read from the command tree: so no script for a shell can name an option that is not there, or miss
 * one.
 */
import type { Argument, Command, Option } from 'commander';

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** What its argument can be, as far as that is known. */
  readonly argument: readonly string[];
}

export interface OptionWords {
  /** `-o` */
  readonly short: string | undefined;
  /** `--output` */
  readonly long: string;
  readonly description: string;
  readonly value: Value;
}

export type Value =
  /** One of these. */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** `--name` or `--name=false` */
  | { readonly kind: 'boolean' }
  | { readonly kind: 'file' }
  /** Nobody knows what. */
  | { readonly kind: 'text' }
  | { readonly kind: 'none' };

export const BOOLEANS: readonly string[] = ['true', 'false'];

export function commandWords(program: Command): readonly CommandWords[] {
  const helper = program.createHelp();
  return helper.visibleCommands(program).map((command) => ({
    name: command.name(),
    description: oneLine(helper.subcommandDescription(command)),
    options: helper.visibleOptions(command).map(optionWords),
    argument: command.registeredArguments.flatMap((argument: Argument) => argument.argChoices ?? []),
  }));
}

/** All spellings: `-o` and `--output`. */
export function spellings({ short, long }: OptionWords): readonly string[] {
  return short === undefined ? [long] : [short, long];
}

function optionWords(option: Option): OptionWords {
  return {
    short: option.short,
    long: option.long ?? option.flags,
    description: oneLine(option.description),
    value: valueOf(option),
  };
}

function valueOf({ argChoices, optional, required, flags }: Option): Value {
  if (argChoices !== undefined) return { kind: 'words', words: argChoices };
  if (optional) return { kind: 'boolean' };
  if (!required) return { kind: 'none' };
  return { kind: flags.endsWith('<file>') ? 'file' : 'text' };
}

/** The first line, of a sentence without its full stop: what a shell has room for. */
function oneLine(text: string): string {
  return text.split('\n', 1).join('').replace(/\.$/, '');
}
