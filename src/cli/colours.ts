/** Whether standard output gets colours: what was asked for, and what the environment says. */
import { Option } from 'commander';
import process from 'node:process';
import { plain, type StyledText } from './styled-text.ts';
import type { Terminal } from './terminal.ts';

export type ColourChoice = 'auto' | 'always' | 'never';

/** As stern and other kubectl-like programs have it. */
export function colourOption(): Option {
  return new Option(
    '--color <when>',
    'When to show statuses and severities in colour; auto is on a terminal, unless NO_COLOR is set.',
  )
    .env('OSM_AUDITOR_COLOR')
    .choices(['auto', 'always', 'never'] satisfies readonly ColourChoice[])
    .default('auto');
}

/** The text as it is to be printed. */
export function inColour<T extends string | StyledText>(
  text: T,
  choice: ColourChoice,
  terminal: Pick<Terminal, 'screen'>,
): T | string {
  return wantsColours(choice, terminal.screen !== undefined, process.env) ? text : plain(text);
}

/**
 * The option first; then NO_COLOR, which outweighs FORCE_COLOR and CLICOLOR_FORCE as its name says none; then whether
 * somebody looks. A variable that is empty is not set.
 */
export function wantsColours(
  choice: ColourChoice,
  onTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (isSet(env['NO_COLOR'])) return false;
  for (const forced of [env['FORCE_COLOR'], env['CLICOLOR_FORCE']]) {
    if (isSet(forced)) return forced !== '0' && forced !== 'false';
  }
  return onTerminal && env['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
