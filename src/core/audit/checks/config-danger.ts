/**
 * Whether a value of the configuration is a program: the injectors copy values into a script that a shell runs as root,
 * with the right to change the network, in every new pod.
 */
import { LIST_SETTINGS, fieldOf, type MeshConfig, type Setting } from '../../osm/mesh-config.ts';
import { finding, type Finding } from '../finding.ts';
import { editCommand } from '../fix.ts';
import { enumerate, quote } from '../quote.ts';

export function checkConfigDanger(config: MeshConfig): readonly Finding[] {
  return LIST_SETTINGS.flatMap((setting) => {
    const texts = config[setting].map(({ text }) => text);
    return [
      ...executed(
        config,
        setting,
        texts.filter((text) => isExecuted(config, text)),
        'in every new pod',
      ),
      ...executed(
        config,
        setting,
        texts.filter((text) => !isExecuted(config, text) && isExecutedEarlier(config, text)),
        'in every new pod of OSM v0.9 to v0.11',
      ),
    ];
  });
}

function executed(
  config: MeshConfig,
  setting: Setting,
  texts: readonly string[],
  where: string,
): readonly Finding[] {
  if (texts.length === 0) return [];
  const field = fieldOf(config.kind, setting) ?? setting;
  const message = `${config.source} holds text in ${field} that a shell executes as root ${where}: ${enumerate(texts.map(quote))}.`;
  const evidence = { source: config.source, field, values: texts };
  return [finding('ConfigExecutes', message, { fix: editCommand(config), evidence })];
}

/** In a here-document a shell executes substitutions, and what stands behind the line that ends it. */
function isExecuted({ kind }: MeshConfig, text: string): boolean {
  if (/`|\$\(/.test(text) || text.includes('\nEOF\n')) return true;
  return kind === 'ConfigMap' && endsCommand(text);
}

/** The first releases with a MeshConfig put values between the words of commands, as those before them did. */
function isExecutedEarlier({ kind }: MeshConfig, text: string): boolean {
  return kind === 'MeshConfig' && endsCommand(text);
}

function endsCommand(text: string): boolean {
  return /[;&|\n<>]/.test(text);
}
