/** What somebody on the pod's node has read of the kernel: the third truth, beside the configuration and the script. */
import type { SavedTables } from '../iptables/saved-tables.ts';

export type LiveReading =
  | LiveTables
  /** The pod has no network of its own: what is there are the rules of the node. */
  | { readonly kind: 'node-network' }
  /** `reason` is half a sentence: `no process of the pod runs`. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface LiveTables extends SavedTables {
  readonly kind: 'tables';
  /**
   * What the same eyes saw before: in this network, after this run of osm-init, rules that do what its script does; or the
   * pod in another network. undefined where they did not look before, or saw neither.
   */
  readonly earlier: 'as-installed' | 'other-network' | undefined;
}
