/** Whether there is a configuration to judge by, and whether its values mean anything. */
import type { ListProblem } from '../../osm/exclusion-lists.ts';
import type { ConfigLookup, MeshConfig } from '../../osm/mesh-config.ts';
import { OUTBOUND_PORTS_KEY, OUTBOUND_RANGES_KEY } from '../../osm/names.ts';
import type { FindingName } from '../catalogue.ts';
import { finding, type Finding } from '../finding.ts';
import { enumerate, quote, shellWord } from '../quote.ts';

/** The findings that every pod of the mesh shares. */
export function checkConfig(lookup: ConfigLookup): readonly Finding[] {
  switch (lookup.kind) {
    case 'missing':
      return [finding('ConfigMissing', `There is no ConfigMap osm-config in ${lookup.searched}.`)];
    case 'unreadable':
      return [finding('ConfigUnreadable', `The ConfigMap osm-config cannot be read: ${lookup.reason}.`)];
    case 'ambiguous':
      return [
        finding(
          'ConfigAmbiguous',
          `There are ${enumerate(lookup.sources)}; which of them is the mesh's is not known.`,
          {
            evidence: { values: lookup.sources },
          },
        ),
      ];
    case 'found': {
      const { config } = lookup;
      return [
        ...badList('ConfigRangeInvalid', config, OUTBOUND_RANGES_KEY, config.outboundRanges.problems),
        ...badList('ConfigPortInvalid', config, OUTBOUND_PORTS_KEY, config.outboundPorts.problems),
      ];
    }
  }
}

function badList(
  name: FindingName,
  config: MeshConfig,
  key: string,
  problems: readonly ListProblem[],
): readonly Finding[] {
  if (problems.length === 0) return [];
  const values = enumerate(problems.map(({ text, reason }) => `${quote(text)} (${reason})`));
  const edit = `kubectl -n ${shellWord(config.namespace)} edit configmap ${shellWord(config.name)}`;
  return [
    finding(name, `${config.source} has a bad value in ${key}: ${values}.`, {
      fix: edit,
      evidence: { source: config.source, values: problems.map(({ text }) => text) },
    }),
  ];
}
