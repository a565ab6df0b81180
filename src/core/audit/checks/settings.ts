/** Whether the pod is of today's mesh: its release, its images, and settings that its release does not know. */
import { fieldOf, type MeshConfig } from '../../osm/mesh-config.ts';
import { isBefore, readVersion, releaseOf, sameTemplate } from '../../osm/releases.ts';
import type { FindingName } from '../catalogue.ts';
import { finding, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';
import { enumerate } from '../quote.ts';

export const checkSettings: Check = (judgement) => {
  const { config, init, sidecar } = judgement;
  return [
    ...outdated(judgement),
    ...(config === undefined
      ? []
      : [
          ...unknownSettings(judgement, config),
          ...otherImage('InitImageDiffers', config, init, config.initImage),
          ...otherImage('SidecarImageDiffers', config, sidecar, config.sidecarImage),
        ]),
  ];
};

/** Releases that write the same are not told apart. */
function outdated({ pod, mesh, product, release }: Judgement): readonly Finding[] {
  const version = readVersion(mesh?.version ?? '');
  if (mesh === undefined || version === undefined || release === undefined) return [];
  const current = releaseOf(product.name, version);
  if (current === undefined || sameTemplate(current, release) || !isBefore(release.since, current.since)) {
    return [];
  }
  const message = `The pod has the rules of ${release.name}; the mesh ${mesh.name} is now at ${mesh.version ?? ''}, whose injector writes others.`;
  return [finding('RulesOutdated', message, { fix: recreateCommand(pod) })];
}

/** What the configuration says and the release does not know is not in force in the pod. */
function unknownSettings({ intent, release }: Judgement, config: MeshConfig): readonly Finding[] {
  const unheard = (intent?.unheard ?? []).map((setting) => fieldOf(config.kind, setting) ?? setting);
  if (unheard.length === 0 || release === undefined) return [];
  const message = `${config.source} says something in ${enumerate(unheard)} that the injector of ${release.name}, which made the pod, does not know: it is not in force here.`;
  const evidence = { source: config.source, values: unheard };
  return [finding('SettingNotKnown', message, { evidence })];
}

function otherImage(
  name: FindingName,
  config: MeshConfig,
  container: { readonly name: string; readonly image: string } | undefined,
  wanted: string | undefined,
): readonly Finding[] {
  if (container === undefined || container.image === '' || wanted === undefined) return [];
  if (container.image === wanted) return [];
  const message = `${container.name} runs the image ${container.image}; ${config.source} now names ${wanted}.`;
  return [finding(name, message, { evidence: { values: [container.image, wanted] } })];
}
