/**
 * Whether exactly the configured exclusions are in force. Missing and extra ones are different findings: an extra one lets
 * traffic escape the mesh.
 *
 * An exclusion counts by what it does: one that lies within another, or is written in another way, changes nothing.
 */
import { failedByRefusal } from '../../iptables/execution.ts';
import { printCidr } from '../../iptables/cidr.ts';
import { intersect, intervals, union } from '../../iptables/interval-set.ts';
import type { PortRange } from '../../iptables/model.ts';
import { MULTIPORT_SLOTS, printPortRange } from '../../iptables/ports.ts';
import { portSet } from '../../iptables/restriction.ts';
import type { Attributed, Cause } from '../attribution.ts';
import type { FindingName } from '../catalogue.ts';
import { shownDifferences } from '../difference.ts';
import { finding, someValues, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';
import { enumerate } from '../quote.ts';
import type { RuleComparison } from '../rule-comparison.ts';

type ExclusionName = Extract<FindingName, `Excluded${string}`>;
type ExclusionCause = Extract<Cause, { kind: 'exclusion-missing' | 'exclusion-extra' }>;

const SENTENCES: Readonly<Record<ExclusionName, (list: string) => string>> = {
  ExcludedRangeMissing: (list) =>
    `Excluded by the configuration but not in the pod's rules: ${list}. Traffic there goes through the sidecar.`,
  ExcludedRangeExtra: (list) =>
    `Excluded in the pod's rules but not by the configuration: ${list}. Traffic there bypasses the mesh.`,
  ExcludedPortMissing: (list) =>
    `Excluded by configuration or annotation but not in the pod's rules: port ${list}. Traffic there goes through the sidecar.`,
  ExcludedPortExtra: (list) =>
    `Excluded in the pod's rules but neither by configuration nor annotation: port ${list}. Traffic there bypasses the mesh.`,
};
const NAMES = Object.keys(SENTENCES) as readonly ExclusionName[];

/** Without a configuration nobody knows which exclusions there should be. */
export const checkExclusions: Check = (judgement) => {
  const { comparison, installed, intent } = judgement;
  if (comparison === undefined || intent === undefined) return [];
  if (installed === undefined || failedByRefusal(installed)) return [];
  return NAMES.flatMap((name) => exclusionFinding(judgement, comparison, name));
};

interface Excluded {
  readonly attributed: Attributed;
  readonly cause: ExclusionCause;
}

function exclusionFinding(
  { pod, config }: Judgement,
  { outcome, attributed, expectedRules, installedRules }: RuleComparison,
  name: ExclusionName,
): readonly Finding[] {
  const excluded = attributed.flatMap((each): readonly Excluded[] => {
    const { cause } = each;
    if (cause.kind !== 'exclusion-missing' && cause.kind !== 'exclusion-extra') return [];
    return nameOf(cause) === name ? [{ attributed: each, cause }] : [];
  });
  if (excluded.length === 0 || outcome === undefined) return [];
  const differences = shownDifferences(
    excluded.map((each) => each.attributed.difference),
    outcome.interfaces,
    expectedRules,
    installedRules,
  );
  const values = valuesOf(excluded);
  const changed =
    config?.changedAt !== undefined && pod.createdAt !== undefined && config.changedAt > pod.createdAt;
  const history = changed ? ' The configuration was changed after the pod was created.' : '';
  return [
    finding(name, `${SENTENCES[name](enumerate(values))}${history}`, {
      fix: recreateCommand(pod),
      evidence: {
        ...(config === undefined ? {} : { source: config.source }),
        ...someValues(values),
        differences,
      },
    }),
  ];
}

function nameOf({ kind, exclusion }: ExclusionCause): ExclusionName {
  if (exclusion.kind === 'range') {
    return kind === 'exclusion-missing' ? 'ExcludedRangeMissing' : 'ExcludedRangeExtra';
  }
  return kind === 'exclusion-missing' ? 'ExcludedPortMissing' : 'ExcludedPortExtra';
}

/** Ranges as the rules have them; of ports those that make the difference, as one rule may hold right ones too. */
function valuesOf(excluded: readonly Excluded[]): readonly string[] {
  const ranges = excluded
    .flatMap(({ cause: { exclusion } }) => (exclusion.kind === 'range' ? [exclusion.network] : []))
    .sort((a, b) => a.address - b.address || a.prefix - b.prefix)
    .map(printCidr);
  const ports = union(
    excluded.map(({ attributed: { difference }, cause: { exclusion } }) => {
      return exclusion.kind === 'range' ? [] : intersect(difference.packets.port, portSet(exclusion.ports));
    }),
  );
  return [...new Set(ranges), ...intervals(ports).flatMap(portNames)];
}

/** A multiport rule has fifteen places: what fits is likely to have been named port by port. */
function portNames(range: PortRange): readonly string[] {
  const count = range.to - range.from + 1;
  if (count > MULTIPORT_SLOTS + 1) return [printPortRange(range)];
  return Array.from({ length: count }, (_, i) => String(range.from + i));
}
