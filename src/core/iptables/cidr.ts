/**
 * IPv4 networks as iptables reads them after `-d`.
 *
 * Guarantees: a Cidr has its host bits cleared, as the kernel stores it: `2.2.2.2/24` and `2.2.2.0/24` are one network.
 * Limits: dotted quads with an optional prefix length. The other spellings that iptables takes (`10/8`, dotted masks,
 * octal octets, host names) are answered as "not understood", never guessed.
 */

import { notUnderstood, refused, value, type Reading } from './reading.ts';

export interface Cidr {
  /** The network address as an unsigned 32-bit number. */
  readonly address: number;
  /** 0 to 32. */
  readonly prefix: number;
}

/** Reads `a.b.c.d` or `a.b.c.d/prefix`. Only what is known to be refused is called so. */
export function readCidr(text: string): Reading<Cidr> {
  const [host = '', mask, ...rest] = text.split('/');
  if (rest.length > 0 || host === '') return refused(`host/network \`${text}' not found`);
  // iptables does not even look at what stands before a null mask: 999.1.1.1/0 and ::/0 are everything.
  if (mask === '0') return value(network(0, 0));
  const address = readAddress(host);
  if (address.kind !== 'value') return address;
  if (mask === undefined) return value(network(address.value, 32));
  if (/^[1-9][0-9]?$/.test(mask) && Number(mask) <= 32) return value(network(address.value, Number(mask)));
  if (/^(?:|-[0-9]+|[1-9][0-9]*)$/.test(mask)) return refused(`invalid mask \`${mask}' specified`);
  return notUnderstood(`the mask ${JSON.stringify(mask)}`);
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

function readAddress(text: string): Reading<number> {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^[0-9]{1,10}$/.test(octet))) {
    return /^[0-9a-fA-F]*:[0-9a-fA-F:]*$/.test(text)
      ? refused(`host/network \`${text}' not found`)
      : notUnderstood(`the host ${JSON.stringify(text)}, which is not a dotted IPv4 address`);
  }
  if (octets.some((octet) => octet.length > 1 && octet.startsWith('0'))) {
    return notUnderstood(`the address ${text}: iptables reads an octet with a leading zero as octal`);
  }
  if (octets.some((octet) => Number(octet) > 255)) return refused(`host/network \`${text}' not found`);
  return value(octets.reduce((sum, octet) => sum * 256 + Number(octet), 0));
}
