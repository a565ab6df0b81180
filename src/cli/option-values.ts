/** How the values of options are read that occur in several commands or groups of options. */
import { InvalidArgumentError, Option } from 'commander';

/** `--name`, `--name=true` or `--name=false`, as kubectl's boolean flags; with the variable of its name. */
export function onOff(flags: string, description: string): Option {
  const option = new Option(`${flags} [boolean]`, description);
  const variable = `OSM_AUDITOR_${option.name().toUpperCase().replaceAll('-', '_')}`;
  return option.env(variable).preset('true').argParser(boolean);
}

export function notEmpty(value: string): string {
  if (value !== '') return value;
  throw new InvalidArgumentError('It must not be empty.');
}

function boolean(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new InvalidArgumentError('It must be true or false.');
}
