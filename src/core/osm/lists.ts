/**
 * Lists of IP ranges, ports and interfaces, as OSM's users write them in the configuration and in a pod's annotations.
 *
 * Guarantees: every item is kept, with what it means to iptables or with the problem that it has; nothing is dropped
 * silently.
 * Limits: whether OSM itself takes an item is another question, which `takesRange` and `takesPort` answer.
 */
import { readCidr, type Cidr } from '../iptables/cidr.ts';
import { readPort } from '../iptables/ports.ts';
import { value } from '../iptables/reading.ts';

/** One item: `text` is what the user wrote, without the white space around it. */
export interface Item<T> {
  readonly text: string;
  /** What is meant; undefined where it cannot be told. */
  readonly value: T | undefined;
  /** Why it means nothing to iptables, or something else than it says. */
  readonly problem: string | undefined;
}

export type List<T> = readonly Item<T>[];

export type ListProblem = Pick<Item<unknown>, 'text'> & { readonly reason: string };

export function problemsOf(list: List<unknown>): readonly ListProblem[] {
  return list.flatMap(({ text, problem }) => (problem === undefined ? [] : [{ text, reason: problem }]));
}

/** `1.1.1.1/32, 2.2.2.2/24` to its items; an absent or empty text has none. */
export function splitList(text: string | undefined): readonly string[] {
  return text === undefined || text.trim() === '' ? [] : text.split(',');
}

/** One for all: a text of nothing but commas has a million of them. */
const EMPTY = {
  text: '',
  value: undefined,
  problem: 'an empty item, such as a comma too many leaves behind',
} as const;

/** What Go's ParseCIDR may take; the octets are left to iptables. */
const RANGE = /^(?:[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*)\/[0-9]+$/;

export function readRanges(texts: readonly string[]): List<Cidr> {
  return texts.map((written) => {
    const text = written.trim();
    const bad = (problem: string): Item<Cidr> => ({ text, value: undefined, problem });
    if (text === '') return EMPTY;
    if (!text.includes('/')) return bad(`it has no prefix length, as in ${text}/32`);
    const read = readCidr(text);
    // iptables takes more than OSM does: 10/8, masks in dots, any text before /0.
    if (read.kind === 'value' && !RANGE.test(text)) return bad('it is not an IPv4 range');
    if (read.kind === 'value') return { text, value: read.value, problem: undefined };
    return bad(
      read.kind === 'refused'
        ? `iptables refuses it: ${read.message}`
        : `it is not an IPv4 range: ${read.message}`,
    );
  });
}

/**
 * OSM parses a number with Go's Atoi, which takes a sign and leading zeros. Where it then writes the text itself into the
 * script, and not the number, iptables reads it once more, in C's way.
 */
export function readPorts(texts: readonly string[], written: 'as text' | 'as number'): List<number> {
  return texts.map((item) => {
    const text = item.trim();
    const bad = (problem: string, port?: number): Item<number> => ({ text, value: port, problem });
    if (text === '') return EMPTY;
    if (!/^\+?[0-9]+$/.test(text)) return bad('it is not a port number');
    const meant = Number(text);
    if (meant > 65535) return bad('ports end at 65535');
    if (meant === 0) return bad('ports begin at 1');
    const read = written === 'as text' ? readPort(text) : value(meant);
    if (read.kind !== 'value') return bad(`iptables refuses it: ${read.message}`);
    // What counts is what happens to packets, in this pod and in the next.
    if (read.value !== meant) return bad(`iptables reads it as octal: port ${read.value}`, read.value);
    return { text, value: meant, problem: undefined };
  });
}

/** The kernel's IFNAMSIZ, less the byte that ends the name. */
const LONGEST_INTERFACE = 15;

export function readInterfaces(texts: readonly string[]): List<string> {
  return texts.map((written) => {
    const text = written.trim();
    const bad = (problem: string): Item<string> => ({ text, value: undefined, problem });
    if (text === '') return EMPTY;
    // What a script's words or iptables' own names are made of would be read as something else than a name.
    if (!/^[A-Za-z0-9_.:@+-]+$/.test(text) || text.startsWith('-')) return bad('it is not an interface name');
    if (text.length > LONGEST_INTERFACE) {
      return bad(
        `iptables refuses it: interface names have ${LONGEST_INTERFACE} characters at most, and this has ${text.length}`,
      );
    }
    return { text, value: text, problem: undefined };
  });
}

/** Whether the injector takes the item of an annotation: Go's Atoi, and above zero. It takes 080 and 70000. */
export function takesPort(text: string): boolean {
  return /^\+?[0-9]+$/.test(text) && Number(text) > 0 && Number(text) < 2 ** 63;
}

/** Whether the injector takes the item of an annotation: Go's ParseCIDR, which takes IPv6 too. */
export function takesRange(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^[0-9]{1,3}$/.test(prefix)) return false;
  if (!address.includes(':')) {
    const octets = address.split('.');
    return (
      Number(prefix) <= 32 &&
      octets.length === 4 &&
      octets.every((octet) => /^[0-9]{1,3}$/.test(octet) && Number(octet) <= 255)
    );
  }
  return Number(prefix) <= 128 && isIpv6(address);
}

export function isIpv6(text: string): boolean {
  // What nearly all addresses are told by.
  if (!text.includes(':')) return false;
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));
  const all = [...groups(head), ...groups(tail ?? '')];
  const dotted = all.at(-1)?.includes('.') === true;
  const count = all.length + (dotted ? 1 : 0);
  const wellFormed = all.every((group, i) => {
    if (!group.includes('.')) return /^[0-9A-Fa-f]{1,4}$/.test(group);
    return i === all.length - 1 && /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(group);
  });
  return wellFormed && (tail === undefined ? count === 8 : count < 8);
}
