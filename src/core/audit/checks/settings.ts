/** Whether the configuration says what the release that made the pod does not know: then it is not in force there. */
import { fieldOf } from '../../osm/mesh-config.ts';
import { finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check } from '../judgement.ts';
import { enumerate } from '../quote.ts';

export const checkSettings: Check = ({ pod, config, intent, release, init }) => {
  if (config === undefined || release === undefined) return [];
  const unheard = (intent?.unheard ?? []).map((setting) => fieldOf(config.kind, setting) ?? setting);
  const findings = [];
  if (unheard.length > 0) {
    const message = `${config.source} says something in ${enumerate(unheard)} that the injector of ${release.name}, which made the pod, does not know: it is not in force here.`;
    const evidence = { source: config.source, values: unheard };
    findings.push(finding('SettingNotKnown', message, { fix: recreateCommand(pod), evidence }));
  }
  const { initImage } = config;
  if (init !== undefined && init.image !== '' && initImage !== undefined && init.image !== initImage) {
    const message = `${init.name} runs the image ${init.image}; ${config.source} now names ${initImage}.`;
    findings.push(finding('InitImageDiffers', message, { evidence: { values: [init.image, initImage] } }));
  }
  return findings;
};
