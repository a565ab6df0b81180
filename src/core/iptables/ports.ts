/**
 * Ports as iptables reads them after `--dport`, `--dports` and `--to-ports`.
 *
 * Guarantees: numbers are read as C does: `0x50` is 80 and `0100` is 64.
 * Limits: service names are "not understood": their meaning depends on the image.
 */
import type { PortRange } from './model.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';

/** A multiport match has 15 slots; a range takes two of them. */
export const MULTIPORT_SLOTS = 15;

/** Reads one port, 0 to 65535. Only what is known to be refused is called so. */
export function readPort(text: string): Reading<number> {
  const port = readNumber(text);
  if (port !== undefined && port <= 65535) return value(port);
  // The services of IANA that begin with digits begin with three at most, as 914c-g.
  return port === undefined && /^(?:[0-9]{1,3}-?)?[A-Za-z][A-Za-z0-9_.*+/-]*$/.test(text)
    ? notUnderstood(`the service ${JSON.stringify(text)}, which is looked up where the script runs`)
    : refused(`invalid port/service \`${text}' specified`);
}

/** A number as C's strtoul reads it with base 0: white space and a sign may stand before it, nothing behind. */
function readNumber(text: string): number | undefined {
  const digits = /^[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  if (!/^0[0-9]/.test(digits)) return Number(digits);
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Reads `N`, `N:M`, `N:` or `:M`, as `--dport` takes them. */
export function readPortRange(text: string): Reading<PortRange> {
  const colon = text.indexOf(':');
  const first = colon < 0 ? text : text.slice(0, colon);
  const second = colon < 0 ? undefined : text.slice(colon + 1);
  const from = second !== undefined && first === '' ? value(0) : readPort(first);
  if (from.kind !== 'value') return from;
  const to = second === undefined ? from : second === '' ? value(65535) : readPort(second);
  if (to.kind !== 'value') return to;
  if (from.value > to.value) return refused('invalid portrange (min > max)');
  return value({ from: from.value, to: to.value });
}

/** Reads the comma-separated list of `--dports`, keeping order and duplicates. */
export function readPortList(text: string): Reading<readonly PortRange[]> {
  const ranges: PortRange[] = [];
  let slots = 0;
  for (const item of text.split(',')) {
    const range = readListItem(item);
    if (range.kind !== 'value') return range;
    slots += range.value.from === range.value.to ? 1 : 2;
    if (slots > MULTIPORT_SLOTS) return refused('too many ports specified');
    ranges.push(range.value);
  }
  return value(ranges);
}

/** Unlike `--dport`, a list item has no open ends and a range must grow. */
function readListItem(item: string): Reading<PortRange> {
  const colon = item.indexOf(':');
  if (colon < 0) {
    const port = readPort(item);
    return port.kind === 'value' ? value({ from: port.value, to: port.value }) : port;
  }
  const from = readPort(item.slice(0, colon));
  if (from.kind !== 'value') return from;
  const to = readPort(item.slice(colon + 1));
  if (to.kind !== 'value') return to;
  return from.value < to.value
    ? value({ from: from.value, to: to.value })
    : refused('invalid portrange specified');
}

/** Prints `N` or `N:M`. */
export function printPortRange(range: PortRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}:${range.to}`;
}
