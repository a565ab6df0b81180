/**
 * What was seen of the kernel of each pod before: it tells a rule that somebody took away from one that never was there,
 * and rules that were lost together with the network.
 *
 * Guarantees: pure but for what it remembers. What was seen of one run of osm-init is never said of another.
 * Limits: it begins anew with the process, and takes a network whose inode is used again for the one before.
 */
import type { LiveTables } from '../core/audit/live-reading.ts';

/** Where a pod was looked into. */
export interface Sight {
  /** As init-run.ts names it. */
  readonly run: string;
  /** The inode of the network. */
  readonly network: number;
}

interface Seen extends Sight {
  /** Whether the rules did there what the script does, at some time. */
  readonly asInstalled: boolean;
}

export class LiveMemory {
  readonly #seen = new Map<string, Seen>();

  earlier(key: string, { run, network }: Sight): LiveTables['earlier'] {
    const seen = this.#seen.get(key);
    if (seen?.run !== run) return undefined;
    if (seen.network !== network) return 'other-network';
    return seen.asInstalled ? 'as-installed' : undefined;
  }

  /** @param asInstalled whether nothing was found that the rules do otherwise than the script */
  saw(key: string, { run, network }: Sight, asInstalled: boolean): void {
    const seen = this.#seen.get(key);
    const elsewhere = seen?.run === run && seen.network !== network;
    // The network of osm-init stays the one to compare with until the rules are in the other one.
    if (elsewhere && !asInstalled) return;
    const before = seen?.run === run && seen.network === network && seen.asInstalled;
    this.#seen.set(key, { run, network, asInstalled: asInstalled || before });
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
