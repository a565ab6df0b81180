/**
 * The scripts that releases of OSM write, each in its own form: R1 joins commands by `&&`, the others feed iptables-restore.
 * For tests of the rule language, which must understand all of them.
 */

export interface ScriptOptions {
  readonly ranges?: readonly string[];
  readonly ports?: readonly number[];
  readonly inboundPorts?: readonly number[];
  readonly includedRanges?: readonly string[];
  readonly interfaces?: readonly string[];
  readonly podIpMode?: boolean;
  readonly uid?: number;
}

export const RELEASES = ['R1', 'R2', 'R3', 'R4'] as const;
export type Release = (typeof RELEASES)[number];

export function osmScript(release: Release, options: ScriptOptions = {}): string {
  const lines = osmLines(release, options);
  return release === 'R1' ? joinCommands(lines) : restoreScript(lines);
}

export function joinCommands(lines: readonly string[]): string {
  return lines.map((line) => `iptables -t nat ${line}`).join(' && ');
}

export function restoreScript(lines: readonly string[]): string {
  return `iptables-restore --noflush <<EOF\n# OSM sidecar interception rules\n*nat\n${lines.join('\n')}\nCOMMIT\nEOF\n`;
}

/** Commands of R1, or the lines of a block. */
export function osmLines(release: Release, options: ScriptOptions = {}): readonly string[] {
  return release === 'R1' ? r1(options) : block(release, options);
}

function r1({ ranges = [], ports = [], inboundPorts = [], uid = 1500 }: ScriptOptions): readonly string[] {
  return [
    '-N PROXY_INBOUND',
    '-N PROXY_IN_REDIRECT',
    '-N PROXY_OUTPUT',
    '-N PROXY_REDIRECT',
    '-A PROXY_REDIRECT -p tcp -j REDIRECT --to-port 15001',
    '-A PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT',
    '-A OUTPUT -p tcp -j PROXY_OUTPUT',
    `-A PROXY_OUTPUT -m owner --uid-owner ${uid} -j RETURN`,
    '-A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
    '-A PROXY_OUTPUT -j PROXY_REDIRECT',
    '-A PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-port 15003',
    '-A PREROUTING -p tcp -j PROXY_INBOUND',
    ...[15010, 15901, 15902, 15903].map((port) => `-A PROXY_INBOUND -p tcp --dport ${port} -j RETURN`),
    '-A PROXY_INBOUND -p tcp -j PROXY_IN_REDIRECT',
    ...ranges.map((range) => `-I PROXY_OUTPUT -d ${range} -j RETURN`),
    ...multiport('-I PROXY_OUTPUT', '--match', ports),
    ...multiport('-I PROXY_INBOUND', '--match', inboundPorts),
  ];
}

function block(release: Exclude<Release, 'R1'>, options: ScriptOptions): readonly string[] {
  const {
    ranges = [],
    ports = [],
    inboundPorts = [],
    includedRanges = [],
    interfaces = [],
    uid = 1500,
  } = options;
  const out = 'OSM_PROXY_OUTBOUND';
  const to = 'OSM_PROXY_OUT_REDIRECT';
  const passed = [15010, 15901, 15902, 15903, ...(release === 'R2' ? [] : [15904])];
  const inbound = [
    '-A OSM_PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-port 15003',
    '-A PREROUTING -p tcp -j OSM_PROXY_INBOUND',
    ...passed.map((port) => `-A OSM_PROXY_INBOUND -p tcp --dport ${port} -j RETURN`),
    '-A OSM_PROXY_INBOUND -p tcp -j OSM_PROXY_IN_REDIRECT',
    ...(release === 'R4' ? interfaces.map((name) => `-I OSM_PROXY_INBOUND -i ${name} -j RETURN`) : []),
    ...multiport('-I OSM_PROXY_INBOUND', '--match', inboundPorts),
  ];
  const outbound = [
    `-A ${to} -p tcp -j REDIRECT --to-port 15001`,
    `-A ${to} -p tcp --dport 15000 -j ACCEPT`,
    `-A OUTPUT -p tcp -j ${out}`,
    `-A ${out} -o lo ! -d 127.0.0.1/32 -m owner --uid-owner ${uid} -j OSM_PROXY_IN_REDIRECT`,
    `-A ${out} -o lo -m owner ! --uid-owner ${uid} -j RETURN`,
    `-A ${out} -m owner --uid-owner ${uid} -j RETURN`,
    `-A ${out} -d 127.0.0.1/32 -j RETURN`,
  ];
  const command = release === 'R2' ? '-I' : '-A';
  const excluded = [
    ...ranges.map((range) => `${command} ${out} -d ${range} -j RETURN`),
    ...multiport(`${command} ${out}`, '--match', ports),
  ];
  const rest =
    includedRanges.length === 0
      ? [`-A ${out} -j ${to}`]
      : [...includedRanges.map((range) => `-A ${out} -d ${range} -j ${to}`), `-A ${out} -j RETURN`];
  const podIp =
    release === 'R4' && options.podIpMode === true
      ? [
          `-I OUTPUT -p tcp -o lo -d 127.0.0.1/32 -m owner --uid-owner ${uid} -j DNAT --to-destination $POD_IP`,
        ]
      : [];
  const byInterface = release === 'R4' ? interfaces.map((name) => `-A ${out} -o ${name} -j RETURN`) : [];
  return [
    ...['INBOUND', 'IN_REDIRECT', 'OUTBOUND', 'OUT_REDIRECT'].map((name) => `:OSM_PROXY_${name} - [0:0]`),
    ...inbound,
    ...outbound,
    ...podIp,
    ...byInterface,
    // R2 puts exclusions in front of everything, so they come after the redirect.
    ...(release === 'R2' ? [...rest, ...excluded] : [...excluded, ...rest]),
  ];
}

function multiport(command: string, match: string, ports: readonly number[]): readonly string[] {
  return ports.length === 0
    ? []
    : [`${command} -p tcp ${match} multiport --dports ${ports.join(',')} -j RETURN`];
}
