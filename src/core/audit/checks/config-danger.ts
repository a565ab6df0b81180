/**
 * Whether a value of the configuration is a program: the injectors copy values into a script that a shell runs as root,
 * with the right to change the network, in every new pod.
 */
import { LIST_SETTINGS, fieldOf, type MeshConfig } from '../../osm/mesh-config.ts';
import { finding, type Finding } from '../finding.ts';
import { editCommand } from '../fix.ts';
import type { Judgement } from '../judgement.ts';
import { enumerate, quote } from '../quote.ts';

export function checkConfigDanger(config: MeshConfig): readonly Finding[] {
  return LIST_SETTINGS.flatMap((setting) => executed(config, setting, (text) => isExecuted(config, text)));
}

/** The same for a pod whose release puts values between the words of commands, though it reads a MeshConfig. */
export function checkCommandDanger({ config, release }: Judgement): readonly Finding[] {
  if (config?.kind !== 'MeshConfig' || release?.dialect.form !== 'commands') return [];
  return LIST_SETTINGS.filter((setting) => release.settings.includes(setting)).flatMap((setting) =>
    executed(config, setting, (text) => !isExecuted(config, text) && endsCommand(text)),
  );
}

function executed(
  config: MeshConfig,
  setting: (typeof LIST_SETTINGS)[number],
  isProgram: (text: string) => boolean,
): readonly Finding[] {
  const texts = config[setting].map(({ text }) => text).filter(isProgram);
  if (texts.length === 0) return [];
  const field = fieldOf(config.kind, setting) ?? setting;
  const message = `${config.source} holds text in ${field} that a shell executes as root in every new pod: ${enumerate(texts.map(quote))}.`;
  const evidence = { source: config.source, field, values: texts };
  return [finding('ConfigExecutes', message, { fix: editCommand(config), evidence })];
}

/** In a here-document a shell executes substitutions, and what stands behind the line that ends it. */
function isExecuted({ kind }: MeshConfig, text: string): boolean {
  if (/`|\$\(/.test(text) || text.includes('\nEOF\n')) return true;
  return kind === 'ConfigMap' && endsCommand(text);
}

function endsCommand(text: string): boolean {
  return /[;&|\n<>]/.test(text);
}
