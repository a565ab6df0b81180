/**
 * The two exclusion lists, as OSM's users write them in the ConfigMap and in a pod's annotation.
 *
 * Guarantees: every item ends up either as a value or as a problem that quotes it; nothing is dropped silently.
 * Limits: an item counts as valid when OSM takes it and iptables then reads the same value: `080` and `70000` pass OSM's
 * own validation, but iptables refuses the one and has no such port for the other.
 */
import { readCidr, type Cidr } from '../iptables/cidr.ts';
import { readPort } from '../iptables/ports.ts';

/** One item: `text` is what the user wrote, without the white space around it. */
export interface ListedRange {
  readonly text: string;
  readonly network: Cidr;
}

export interface ListedPort {
  readonly text: string;
  readonly port: number;
}

/** An item that means nothing, or not what it says. */
export interface ListProblem {
  readonly text: string;
  readonly reason: string;
}

export interface ExclusionList<T> {
  readonly items: readonly T[];
  readonly problems: readonly ListProblem[];
}

/** What Go's ParseCIDR may take; the octets are left to iptables. */
const RANGE = /^(?:[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*)\/[0-9]+$/;

/** Reads `1.1.1.1/32, 2.2.2.2/24`; an absent or empty list excludes nothing. */
export function readRangeList(text: string | undefined): ExclusionList<ListedRange> {
  return readList(text, (item) => {
    if (!item.includes('/')) return `it has no prefix length, as in ${item === '' ? '10.0.0.0' : item}/32`;
    const read = readCidr(item);
    // iptables takes more than OSM does: 10/8, masks in dots, any text before /0.
    if (read.kind === 'value' && !RANGE.test(item)) return 'it is not an IPv4 range';
    if (read.kind === 'value') return { text: item, network: read.value };
    return read.kind === 'refused'
      ? `iptables refuses it: ${read.message}`
      : `it is not an IPv4 range: ${read.message}`;
  });
}

/** Reads `6379, 7070`. OSM parses a number with Go's Atoi, which takes a sign. */
export function readPortList(text: string | undefined): ExclusionList<ListedPort> {
  return readList(text, (item) => {
    if (!/^\+?[0-9]+$/.test(item)) return 'it is not a port number';
    if (Number(item) > 65535) return 'ports end at 65535';
    const read = readPort(item);
    if (read.kind !== 'value') return `iptables refuses it: ${read.message}`;
    if (read.value !== Number(item)) return `iptables reads it as octal: port ${read.value}`;
    return read.value === 0 ? 'ports begin at 1' : { text: item, port: read.value };
  });
}

function readList<T extends object>(
  text: string | undefined,
  read: (item: string) => T | string,
): ExclusionList<T> {
  if (text === undefined || text.trim() === '') return { items: [], problems: [] };
  const items: T[] = [];
  const problems: ListProblem[] = [];
  for (const part of text.split(',')) {
    const item = part.trim();
    const outcome = item === '' ? 'an empty item, such as a comma too many leaves behind' : read(item);
    if (typeof outcome === 'string') problems.push({ text: item, reason: outcome });
    else items.push(outcome);
  }
  return { items, problems };
}
