/**
 * Whether a value of the configuration is a program: the injectors copy values into a script that a shell runs as root,
 * with the right to change the network, in every new pod.
 */
import { LIST_SETTINGS, fieldOf, type MeshConfig } from '../../osm/mesh-config.ts';
import { finding, type Finding } from '../finding.ts';
import { editCommand } from '../fix.ts';
import { enumerate, quote } from '../quote.ts';

export function checkConfigDanger(config: MeshConfig): readonly Finding[] {
  return LIST_SETTINGS.flatMap((setting) => {
    const texts = config[setting].map(({ text }) => text).filter((text) => isExecuted(config, text));
    if (texts.length === 0) return [];
    const field = fieldOf(config.kind, setting) ?? setting;
    const message = `${config.source} holds text in ${field} that a shell executes in every new pod, as root: ${enumerate(texts.map(quote))}.`;
    const evidence = { source: config.source, field, values: texts };
    return [finding('ConfigExecutes', message, { fix: editCommand(config), evidence })];
  });
}

/**
 * Up to v0.11 the value stands between the words of a command; a MeshConfig is read by those releases too. In the
 * here-document of later ones a shell still executes substitutions, and what stands behind the line that ends it.
 */
function isExecuted({ kind }: MeshConfig, text: string): boolean {
  if (isSubstitution(text)) return true;
  return kind === 'FsmMeshConfig' ? text.includes('\nEOF\n') : /[;&|\n<>]/.test(text);
}

/** `$(...)` and backticks, in whatever form the script has. */
export function isSubstitution(text: string): boolean {
  return /`|\$\(/.test(text);
}
