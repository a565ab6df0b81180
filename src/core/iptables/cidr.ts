/**
 * IPv4 networks as iptables reads them after `-d`.
 *
 * Guarantees: a Cidr has its host bits cleared, as the kernel stores it: `2.2.2.2/24` and `2.2.2.0/24` are one network,
 * and so are `10/8` and `10.0.0.0/255.0.0.0`.
 * Limits: octets with a leading zero (octal to iptables), host names, which it looks up, and masks with holes are
 * "not understood", never guessed.
 */

import { andThen, notUnderstood, refused, value, type Reading } from './reading.ts';

export interface Cidr {
  /** The network address as an unsigned 32-bit number. */
  readonly address: number;
  /** 0 to 32. */
  readonly prefix: number;
}

/** Reads `a.b.c.d`, `a.b.c.d/prefix` or `a.b.c.d/mask`. Only what is known to be refused is called so. */
export function readCidr(text: string): Reading<Cidr> {
  const slash = text.lastIndexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? undefined : text.slice(slash + 1);
  const prefix = mask === undefined ? value(32) : readMask(mask);
  // iptables does not even look at what stands before a null mask: 999.1.1.1/0 and ::/0 are everything.
  if (prefix.kind !== 'value') return prefix;
  if (prefix.value === 0) return value(network(0, 0));
  return andThen(readAddress(host), (address) => value(network(address, prefix.value)));
}

/** Reads a prefix length or a dotted mask. */
function readMask(text: string): Reading<number> {
  if (/^(?:0|[1-9][0-9]?)$/.test(text) && Number(text) <= 32) return value(Number(text));
  if (text.includes('.')) {
    const octets = text.split('.');
    if (
      octets.length === 4 &&
      octets.every((octet) => /^(?:0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) <= 255)
    ) {
      const hostBits = octets.reduce((sum, octet) => sum * 256 + 255 - Number(octet), 0);
      if (Number.isInteger(Math.log2(hostBits + 1))) return value(32 - Math.log2(hostBits + 1));
    }
  } else if (/^(?:|-[0-9]+|[1-9][0-9]*|0[89][0-9]*)$/.test(text)) {
    return refused(`invalid mask \`${text}' specified`);
  }
  return notUnderstood(`the mask ${JSON.stringify(text)}`);
}

/** Clears the host bits of `address`. */
export function network(address: number, prefix: number): Cidr {
  return { address: (address & netmask(prefix)) >>> 0, prefix };
}

/** Prints `a.b.c.d/prefix`, as iptables-save does. */
export function printCidr(cidr: Cidr): string {
  return `${printAddress(cidr.address)}/${cidr.prefix}`;
}

export function printAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export function contains(cidr: Cidr, address: number): boolean {
  return (address & netmask(cidr.prefix)) >>> 0 === cidr.address;
}

/** Whether every address of `inner` is in `outer`. */
export function covers(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && contains(outer, inner.address);
}

function netmask(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/** Missing octets at the end are zero: `10.1` is 10.1.0.0. */
function readAddress(text: string): Reading<number> {
  const octets = text.split('.');
  if (octets.some((octet) => /^[ \t\n\v\f\r]*\+?[0-9]/.test(octet) && !/^[0-9]/.test(octet))) {
    return notUnderstood(`the address ${JSON.stringify(text)}`);
  }
  if (!octets.every((octet) => /^[0-9]{1,10}$/.test(octet))) {
    // A name could be in the image's hosts file; what no name contains cannot.
    return /^[A-Za-z0-9_.][A-Za-z0-9._-]*$/.test(text) && /[A-Za-z]/.test(text)
      ? notUnderstood(`the host ${JSON.stringify(text)}, which is looked up where the script runs`)
      : refused(`host/network \`${text}' not found`);
  }
  if (octets.some((octet) => octet.length > 1 && octet.startsWith('0'))) {
    return notUnderstood(`the address ${text}: iptables reads an octet with a leading zero as octal`);
  }
  if (octets.length < 4 && octets.some((octet) => Number(octet) > 255)) {
    return notUnderstood(`the address ${text}`);
  }
  if (octets.length > 4 || octets.some((octet) => Number(octet) > 255)) {
    return refused(`host/network \`${text}' not found`);
  }
  return value([0, 1, 2, 3].reduce((sum, i) => sum * 256 + Number(octets[i] ?? 0), 0));
}

/** Reads one whole address, `a.b.c.d`, as --to-destination wants it. */
export function readHost(text: string): Reading<number> {
  if (!/^[0-9]+(?:\.[0-9]+){3}$/.test(text)) {
    return /^[0-9.]+$/.test(text)
      ? notUnderstood(`the address ${text}`)
      : refused(`Bad IP address "${text}"`);
  }
  const read = readAddress(text);
  return read.kind === 'refused' ? refused(`Bad IP address "${text}"`) : read;
}
