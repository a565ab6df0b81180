/** Scripts to try: those of all releases of OSM, mutants of them, and rules at random. */
import fc from 'fast-check';
import { printRuleSet, printSave } from '../../src/core/iptables/print.ts';
import {
  joinCommands,
  osmLines,
  RELEASES,
  restoreScript,
  type Release,
  type ScriptOptions,
} from '../../src/testing/osm-scripts.ts';
import type { Random } from '../../src/testing/random.ts';
import { anyRuleSet } from '../../src/testing/rule-sets.ts';
import { mutate } from '../../src/testing/script-mutants.ts';

const RANGES = ['10.0.0.0/8', '10.1.2.3/16', '172.16.0.0/12', '203.0.113.10/32', '1.1.1.1/32', '0.0.0.0/1'];
const PORTS = [80, 443, 3306, 6379, 7070, 8080];

/** A release, its settings and the script's rules; an inbound rule or two of everything that a release knows. */
export function someOsmScript(random: Random): {
  readonly release: Release;
  readonly lines: readonly string[];
} {
  const release = random.pick(RELEASES);
  const some = <T>(values: readonly T[]): readonly T[] => values.filter(() => random.below(3) === 0);
  const options: ScriptOptions = {
    ranges: some(RANGES),
    ports: some(PORTS),
    inboundPorts: some(PORTS),
    includedRanges: release === 'R3' || release === 'R4' ? some(RANGES.slice(0, 2)) : [],
    interfaces: some(['net1', 'eth+', 'eth1']),
    podIpMode: random.below(2) === 0,
  };
  return { release, lines: osmLines(release, options) };
}

export function scriptFrom(release: Release, lines: readonly string[]): string {
  return release === 'R1' ? joinCommands(lines) : restoreScript(lines);
}

/** By turns a script of OSM, a mutant of one, random rules as commands, and random rules as the text of iptables-save. */
export function someScript(index: number, seed: number, random: Random): string {
  const { release, lines } = someOsmScript(random);
  switch (index % 4) {
    case 0:
      return scriptFrom(release, lines);
    case 1:
      return scriptFrom(release, mutate(lines, random));
    default: {
      const [rules] = fc.sample(anyRuleSet, { numRuns: 1, seed: seed * 1000 + index });
      if (rules === undefined) return '';
      return index % 4 === 2
        ? joinCommands(printRuleSet(rules))
        : `iptables-restore <<'EOF'\n${printSave(rules)}EOF\n`;
    }
  }
}
