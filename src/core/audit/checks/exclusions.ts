/**
 * Whether exactly the configured exclusions are installed. Missing and extra ones are different findings: an extra one
 * lets traffic escape the mesh.
 *
 * A range that lies wholly inside another one of the same side changes nothing, so it is neither missing nor extra.
 */
import { contains, covers, printCidr, type Cidr } from '../../iptables/cidr.ts';
import type { PortRange } from '../../iptables/model.ts';
import type { Packet } from '../../iptables/packet.ts';
import { printPortRange } from '../../iptables/ports.ts';
import type { FindingName } from '../catalogue.ts';
import { findDifference } from '../difference.ts';
import { finding, someValues, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Comparison, Judgement } from '../judgement.ts';
import { enumerate } from '../quote.ts';

export const checkExclusions: Check = (judgement) => {
  const { comparison, intent } = judgement;
  if (comparison === undefined || intent === undefined) return [];
  const { installed } = comparison;
  const wantedRanges = intent.outboundRanges.map(({ network }) => network);
  const wantedPorts = new Set(intent.outboundPorts.map(({ port }) => port));
  const ranges = (from: readonly Cidr[], than: readonly Cidr[]): readonly Excluded[] =>
    distinct(from.filter((range) => !than.some((other) => covers(other, range))).map(rangeExclusion));
  const missingPorts = [...wantedPorts].filter(
    (port) => !installed.ports.some((range) => within(range, port)),
  );
  const extraPorts = installed.ports.filter(
    (range) => size(range) > [...wantedPorts].filter((port) => within(range, port)).length,
  );
  return [
    ...exclusionFinding(
      judgement,
      comparison,
      'ExcludedRangeMissing',
      ranges(wantedRanges, installed.ranges),
    ),
    ...exclusionFinding(judgement, comparison, 'ExcludedRangeExtra', ranges(installed.ranges, wantedRanges)),
    ...exclusionFinding(
      judgement,
      comparison,
      'ExcludedPortMissing',
      missingPorts.map((port) => portExclusion({ from: port, to: port }, wantedPorts)),
    ),
    ...exclusionFinding(
      judgement,
      comparison,
      'ExcludedPortExtra',
      distinct(extraPorts.map((range) => portExclusion(range, wantedPorts))),
    ),
  ];
};

/** Each difference carries two traces: so many are shown with packets, the others by value alone. */
const MOST_SHOWN = 20;

interface Excluded {
  /** `10.0.0.0/8`, `8080` or `8080:8090` */
  readonly value: string;
  /** `tcp from uid not 1500 to` what. */
  readonly destination: string;
  /** Packets that only this exclusion decides, unless another one covers them. */
  readonly candidates: readonly Packet[];
}

type ExclusionName = Extract<FindingName, `Excluded${string}`>;

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

function exclusionFinding(
  { pod, config }: Judgement,
  { dialect, expectedRules, installedRules }: Comparison,
  name: ExclusionName,
  excluded: readonly Excluded[],
): readonly Finding[] {
  if (excluded.length === 0) return [];
  const differences = excluded.slice(0, MOST_SHOWN).flatMap(({ destination, candidates }) => {
    const traffic = `tcp from uid not ${dialect.envoyUid} to ${destination}`;
    const difference = findDifference(traffic, candidates, expectedRules, installedRules);
    return difference === undefined ? [] : [difference];
  });
  const values = excluded.map(({ value }) => value);
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

const APPLICATION_UID = 1000;
const COMMON_PORTS = [80, 443, 9];
/** 10.96.0.10 and 203.0.113.10: a service and a host outside. */
const COMMON_HOSTS = [0x0a60000a, 0xcb00710a];

function rangeExclusion(range: Cidr): Excluded {
  const addresses = 2 ** (32 - range.prefix);
  // Neither the network's own address nor the broadcast address, where there are others.
  const ends = addresses > 2 ? [range.address + 1, range.address + addresses - 2] : [range.address];
  const hosts = [...COMMON_HOSTS.filter((host) => contains(range, host)), ...ends];
  return {
    value: printCidr(range),
    destination: printCidr(range),
    candidates: hosts.flatMap((host) => COMMON_PORTS.map((port) => packet(host, port))),
  };
}

/** A port of the range that nobody asked for shows an extra range; a missing range is one port that somebody did. */
function portExclusion(range: PortRange, wanted: ReadonlySet<number>): Excluded {
  let port = range.from;
  while (port < range.to && wanted.has(port)) port += 1;
  return {
    value: printPortRange(range),
    destination: `port ${printPortRange(range)}`,
    candidates: COMMON_HOSTS.map((host) => packet(host, port)),
  };
}

function within(range: PortRange, port: number): boolean {
  return range.from <= port && port <= range.to;
}

function size(range: PortRange): number {
  return range.to - range.from + 1;
}

function packet(destination: number, port: number): Packet {
  return { hook: 'OUTPUT', protocol: 'tcp', destination: destination >>> 0, port, uid: APPLICATION_UID };
}

function distinct(excluded: readonly Excluded[]): readonly Excluded[] {
  return [...new Map(excluded.map((item) => [item.value, item])).values()];
}
