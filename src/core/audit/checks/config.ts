/** Whether there is a configuration to judge by, and whether its values mean anything. */
import { MULTIPORT_SLOTS } from '../../iptables/ports.ts';
import { problemsOf, type List, type ListProblem } from '../../osm/lists.ts';
import { fieldOf, type ConfigLookup, type MeshConfig, type Setting } from '../../osm/mesh-config.ts';
import type { FindingName } from '../catalogue.ts';
import { finding, type Finding } from '../finding.ts';
import { editCommand } from '../fix.ts';
import { enumerate, enumerateAs, quote } from '../quote.ts';
import { checkConfigDanger } from './config-danger.ts';
import { checkConfigReach } from './config-reach.ts';

/** The findings that every pod of the mesh shares. */
export function checkConfig(lookup: ConfigLookup): readonly Finding[] {
  switch (lookup.kind) {
    case 'missing':
      return [finding('ConfigMissing', `There is no ${lookup.wanted} in ${lookup.searched}.`)];
    case 'unreadable':
      return [finding('ConfigUnreadable', `The ${lookup.wanted} cannot be read: ${lookup.reason}.`)];
    case 'ambiguous': {
      const { sources } = lookup;
      const message =
        sources.length === 1
          ? `There is ${enumerate(sources)}; whether it is the configuration of the pod's mesh is not known.`
          : `There are ${enumerate(sources)}; which of them is the mesh's is not known.`;
      return [finding('ConfigAmbiguous', message, { evidence: { values: lookup.sources } })];
    }
    case 'found':
      return lookAt(lookup.config).all;
  }
}

/** A configuration is looked at once, however many pods it is of. */
const known = new WeakMap<MeshConfig, Looked>();

interface Looked {
  readonly values: readonly Finding[];
  /** Those about values among them. */
  readonly all: readonly Finding[];
}

function lookAt(config: MeshConfig): Looked {
  const before = known.get(config);
  if (before !== undefined) return before;
  const values = valueFindings(config);
  const looked = { values, all: [...values, ...checkConfigDanger(config), ...checkConfigReach(config)] };
  known.set(config, looked);
  return looked;
}

/** Whether all its values mean what they say. */
export function isValid(config: MeshConfig): boolean {
  return lookAt(config).values.length === 0;
}

function valueFindings(config: MeshConfig): readonly Finding[] {
  const ports = (setting: 'outboundPorts' | 'inboundPorts'): readonly Finding[] =>
    badList('ConfigPortInvalid', config, setting, withinOneRule(config[setting]));
  return [
    ...badList('ConfigRangeInvalid', config, 'outboundRanges', problemsOf(config.outboundRanges)),
    ...badList('ConfigRangeInvalid', config, 'includedRanges', problemsOf(config.includedRanges)),
    ...ports('outboundPorts'),
    ...ports('inboundPorts'),
    ...badList('ConfigInterfaceInvalid', config, 'interfaces', problemsOf(config.interfaces)),
  ];
}

/** OSM writes all ports into one multiport match, which has 15 places; the script of every new pod would fail. */
function withinOneRule(list: List<number>): readonly ListProblem[] {
  const good = list.filter(({ value }) => value !== undefined);
  const count = new Set(good.map(({ value }) => value)).size;
  if (count <= MULTIPORT_SLOTS) return problemsOf(list);
  const reason = `iptables takes ${MULTIPORT_SLOTS} ports in one rule and these are ${count}`;
  return [...problemsOf(list), { text: good.map(({ text }) => text).join(','), reason }];
}

function badList(
  name: FindingName,
  config: MeshConfig,
  setting: Setting,
  problems: readonly ListProblem[],
): readonly Finding[] {
  if (problems.length === 0) return [];
  const values = enumerateAs(problems, ({ text, reason }) => `${quote(text)} (${reason})`);
  const field = fieldOf(config.kind, setting) ?? setting;
  // What iptables merely reads otherwise does not keep a pod from starting.
  const fatal = problems.some(({ reason }) => !reason.startsWith('iptables reads it as'));
  const consequence = fatal ? ' New pods will not start.' : '';
  return [
    finding(name, `${config.source} has a bad value in ${field}: ${values}.${consequence}`, {
      fix: editCommand(config),
      evidence: { source: config.source, field, values: problems.map(({ text }) => text) },
    }),
  ];
}
