/** One packet as the nat table sees it, and what finally happens to it. */
import { printAddress } from './cidr.ts';
import type { Hook, NatAddress } from './model.ts';

/** The first packet of a connection; nat looks at no other. */
export interface Packet {
  readonly hook: Hook;
  readonly protocol: 'tcp' | 'udp' | 'other';
  readonly destination: number;
  readonly port: number;
  /** The user that opened the socket; undefined where no socket is known, as in PREROUTING. */
  readonly uid: number | undefined;
  /** By which it came in (PREROUTING) or leaves (OUTPUT). */
  readonly interface: string;
}

export type Verdict =
  /** The packet goes where it was sent, past the sidecar. */
  | { readonly kind: 'bypass' }
  /** To this port of the pod itself. */
  | { readonly kind: 'redirect'; readonly port: number }
  | { readonly kind: 'dnat'; readonly address: NatAddress; readonly port: number | undefined }
  /** A rule outside the model may take the packet or not. */
  | { readonly kind: 'unknown' };

export const BYPASS: Verdict = { kind: 'bypass' };
export const UNKNOWN: Verdict = { kind: 'unknown' };

export function sameVerdict(a: Verdict, b: Verdict): boolean {
  return a === b || printVerdict(a) === printVerdict(b);
}

/** `bypass`, `redirect 15001`, `dnat 10.0.0.1:80`, `dnat $POD_IP` or `unknown` */
export function printVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'redirect':
      return `redirect ${verdict.port}`;
    case 'dnat':
      return `dnat ${printNatAddress(verdict.address, verdict.port)}`;
    case 'bypass':
    case 'unknown':
      return verdict.kind;
  }
}

/** `10.0.0.1`, `10.0.0.1:80` or `$POD_IP`, as after --to-destination. */
export function printNatAddress(address: NatAddress, port: number | undefined): string {
  const host = typeof address === 'number' ? printAddress(address) : `$${address.variable}`;
  return port === undefined ? host : `${host}:${port}`;
}
