/** `osm-auditor completion SHELL`: a script that tells the shell what can be typed. */
import type { Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { commandWords, type CommandWords } from '../completion/command-words.ts';
import { fishScript } from '../completion/fish.ts';
import { zshScript } from '../completion/zsh.ts';
import { PROGRAM } from '../program-name.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

type Script = (program: string, commands: readonly CommandWords[]) => string;

const SCRIPTS: ReadonlyMap<string, Script> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

export const SHELLS: readonly string[] = [...SCRIPTS.keys()];

export function completion(shell: string, program: Command, terminal: Terminal): number {
  const script = SCRIPTS.get(shell);
  if (script === undefined) {
    throw new UsageError(`there is no completion for ${JSON.stringify(shell)}: one of ${SHELLS.join(', ')}`);
  }
  // A plugin of kubectl is completed by kubectl, in its own way.
  terminal.out(script(PROGRAM, commandWords(program)));
  return EXIT.good;
}
