/**
 * Reads of what `nft list table` prints whether the table sleeps: the kernel keeps what is in a table with the flag `dormant`, and does
 * none of it. Neither iptables-nft-save nor `nft list chains` tells, and nft 1.0.6 writes wrong flags into its JSON.
 *
 * Guarantees: linear; a table that sleeps is never taken for one that does not. A comment with line ends in it can make one look
 * as if it did.
 */

/** Flags of a table are told one tab deep, those of a set in it two. */
const DORMANT = /^\tflags (?:.*[ ,])?dormant(?:[ ,]|$)/m;

export function isDormant(listed: string): boolean {
  return DORMANT.test(listed);
}
