/**
 * How far the configuration's own exclusions reach: whether anything is left to redirect, and which of them do nothing,
 * are very wide or concern the proxy's own ports.
 */
import { covers, printCidr, type Cidr } from '../../iptables/cidr.ts';
import { MESH_PORTS } from '../../osm/dialect.ts';
import type { List } from '../../osm/lists.ts';
import { fieldOf, type MeshConfig, type Setting } from '../../osm/mesh-config.ts';
import { newestRelease } from '../../osm/recognise.ts';
import { intentOfConfig } from '../../osm/intent.ts';
import type { FindingName } from '../catalogue.ts';
import { finding, type Finding } from '../finding.ts';
import { editCommand } from '../fix.ts';
import { enumerate } from '../quote.ts';
import { leavesNothing } from '../reach.ts';

/** Wider than this is more than a network of one's own: a sixteenth of all addresses. */
const BROAD_PREFIX = 4;

export function checkConfigReach(config: MeshConfig): readonly Finding[] {
  const release = newestRelease(config.kind, {});
  const everything = leavesNothing(release.dialect, intentOfConfig(config, release));
  return [
    ...(everything
      ? [
          finding(
            'ConfigExcludesEverything',
            `With ${config.source} no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.`,
            { fix: editCommand(config), evidence: { source: config.source } },
          ),
        ]
      : []),
    ...aboutList('ExclusionRedundant', config, 'outboundRanges', redundant(config.outboundRanges), (list) => {
      return `lies within another range of the list: ${list}`;
    }),
    ...aboutList('ExclusionRedundant', config, 'includedRanges', excludedInclusions(config), (list) => {
      return `is excluded as well, so including it does nothing: ${list}`;
    }),
    ...(everything
      ? []
      : aboutList('ExclusionBroad', config, 'outboundRanges', broad(config.outboundRanges), (list) => {
          return `lets a large part of all addresses bypass the mesh: ${list}`;
        })),
    ...reserved(config),
  ];
}

function aboutList(
  name: FindingName,
  config: MeshConfig,
  setting: Setting,
  values: readonly string[],
  say: (list: string) => string,
): readonly Finding[] {
  if (values.length === 0) return [];
  const field = fieldOf(config.kind, setting) ?? setting;
  const message = `${config.source}: an item of ${field} ${say(enumerate(values))}.`;
  return [
    finding(name, message, { fix: editCommand(config), evidence: { source: config.source, field, values } }),
  ];
}

function reserved(config: MeshConfig): readonly Finding[] {
  return (['outboundPorts', 'inboundPorts'] as const).flatMap((setting) => {
    const values = config[setting].filter(({ value }) => value !== undefined && MESH_PORTS.includes(value));
    return aboutList(
      'MeshPortExcluded',
      config,
      setting,
      values.map(({ text }) => text),
      (list) => {
        return `is a port of the mesh's own: ${list}`;
      },
    );
  });
}

function meant(list: List<Cidr>): readonly Cidr[] {
  return list.flatMap(({ value }) => (value === undefined ? [] : [value]));
}

/** An item that an earlier or a wider one covers; of equal ones the later. */
function redundant(list: List<Cidr>): readonly string[] {
  const ranges = meant(list);
  return ranges
    .filter((inner, i) =>
      ranges.some((outer, j) => {
        const same = covers(outer, inner) && covers(inner, outer);
        return i !== j && covers(outer, inner) && (!same || j < i);
      }),
    )
    .map(printCidr);
}

/** Exclusions are tried first. */
function excludedInclusions({ includedRanges, outboundRanges }: MeshConfig): readonly string[] {
  const excluded = meant(outboundRanges);
  return meant(includedRanges)
    .filter((inner) => excluded.some((outer) => covers(outer, inner)))
    .map(printCidr);
}

function broad(list: List<Cidr>): readonly string[] {
  return meant(list)
    .filter(({ prefix }) => prefix <= BROAD_PREFIX)
    .map(printCidr);
}
