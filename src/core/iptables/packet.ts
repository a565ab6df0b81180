/** One packet as the nat table sees it, and what finally happens to it. */
import type { Protocol } from './model.ts';

/** The first packet of a connection; nat looks at no other. */
export interface Packet {
  /** PREROUTING: from another pod. OUTPUT: from a process of this pod. */
  readonly hook: 'PREROUTING' | 'OUTPUT';
  readonly protocol: Protocol;
  readonly destination: number;
  readonly port: number;
  /** The user that opened the socket; undefined where no socket is known, as in PREROUTING. */
  readonly uid: number | undefined;
}

export type Verdict =
  /** The packet goes where it was sent, past the sidecar. */
  { readonly kind: 'bypass' } | { readonly kind: 'redirect'; readonly port: number };

export function sameVerdict(a: Verdict, b: Verdict): boolean {
  return printVerdict(a) === printVerdict(b);
}

/** `bypass` or `redirect 15001` */
export function printVerdict(verdict: Verdict): string {
  return verdict.kind === 'redirect' ? `redirect ${verdict.port}` : 'bypass';
}
