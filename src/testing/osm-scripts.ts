/**
 * The scripts that releases of OSM write, each in its own form: R1 joins commands by `&&`, the others feed iptables-restore.
 * For tests of the rule language, which must understand all of them.
 */

import { R1, R2, R3, R4, variantOf, type Dialect } from '../core/osm/dialect.ts';
import { expectedLines, expectedScript } from '../core/osm/expected-rules.ts';
import { NO_INTENT, type Intent, type Wanted } from '../core/osm/intent.ts';

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

/** The script that the injector of a dialect writes. */
export function scriptIn(dialect: Dialect, options: ScriptOptions = {}): string {
  return expectedScript(variantOf(dialect, { uid: options.uid }), intentOf(options));
}

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
  const { uid } = options;
  return expectedLines(variantOf(DIALECTS[release], { uid }), intentOf(options));
}

const DIALECTS: Readonly<Record<Release, Dialect>> = { R1, R2, R3, R4 };

function intentOf(options: ScriptOptions): Intent {
  const written = (list: readonly (string | number)[] = []): readonly Wanted<never>[] =>
    list.map((item) => ({ written: String(item), value: undefined }));
  return {
    ...NO_INTENT,
    outboundRanges: written(options.ranges),
    outboundPorts: written(options.ports),
    inboundPorts: written(options.inboundPorts),
    includedRanges: written(options.includedRanges),
    interfaces: written(options.interfaces),
    podIpMode: options.podIpMode === true,
  };
}
