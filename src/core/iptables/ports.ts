/**
 * Ports as iptables reads them after `--dport`, `--dports` and `--to-ports`.
 *
 * Limits: decimal numbers. Service names, hexadecimal and octal (a leading zero) are "not understood": iptables takes
 * them, with meanings that depend on the image (`http`) or surprise people (`0100` is port 64).
 */
import type { PortRange } from './model.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';

/** A multiport match has 15 slots; a range takes two of them. */
export const MULTIPORT_SLOTS = 15;

/** Reads one port, 0 to 65535; a plus sign in front changes nothing. Only what is known to be refused is called so. */
export function readPort(text: string): Reading<number> {
  if (/^\+?(?:0|[1-9][0-9]{0,9})$/.test(text)) {
    const port = Number(text);
    return port <= 65535 ? value(port) : refused(`invalid port/service \`${text}' specified`);
  }
  if (text === '' || /^(?:-[0-9]+|[1-9][0-9]*(?:\.[0-9]+|[A-Za-z]+))$/.test(text)) {
    return refused(`invalid port/service \`${text}' specified`);
  }
  if (/^\+?0[0-9xX]/.test(text))
    return notUnderstood(`the port ${text}, which iptables does not read as decimal`);
  return notUnderstood(`the port or service ${JSON.stringify(text)}`);
}

/** Reads `N`, `N:M`, `N:` or `:M`, as `--dport` takes them. */
export function readPortRange(text: string): Reading<PortRange> {
  const [first = '', second, ...rest] = text.split(':');
  if (rest.length > 0) return refused(`invalid port/service \`${text}' specified`);
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
  if (colon === 0 || colon === item.length - 1) return refused(`invalid port/service \`${item}' specified`);
  const range = readPortRange(item);
  if (range.kind === 'value' && range.value.from === range.value.to)
    return refused('invalid portrange specified');
  return range;
}

/** Prints `N` or `N:M`. */
export function printPortRange(range: PortRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}:${range.to}`;
}
