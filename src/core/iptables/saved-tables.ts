/**
 * What a kernel shows of the nat rules of one network: the text of iptables-save, by backend.
 *
 * Each backend has tables of its own, which the other one does not show, and the kernel applies both.
 */
export const BACKENDS = ['legacy', 'nft'] as const;

export type Backend = (typeof BACKENDS)[number];

export interface SavedTables {
  /** What `iptables-save -t nat` prints, with counters or without; empty where the backend has no such table, or one that does nothing. */
  readonly saved: Readonly<Record<Backend, string>>;
  /** Chains of nftables that translate addresses and that iptables cannot show: `inet mesh output`. */
  readonly nativeChains: readonly string[];
  /** There where nftables has a table nat that sleeps (its flag `dormant`): the kernel keeps its rules and applies none. */
  readonly asleep?: true;
}
