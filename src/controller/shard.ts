/**
 * Which pods this process judges: all, those of one node, or its share by a hash of their names. Pure.
 *
 * The hash is part of the contract between the replicas of one rollout: changing it moves pods between shards while old
 * and new replicas run side by side.
 */

export type Shard =
  | { readonly kind: 'all' }
  /** `index` counts from 0, as a StatefulSet does. */
  | { readonly kind: 'hash'; readonly index: number; readonly count: number }
  | { readonly kind: 'node'; readonly node: string };

/** Whether the pod `namespace/name` is ours. The pods of a node are selected by the server: each that we see is ours. */
export function owns(shard: Shard, podKey: string): boolean {
  switch (shard.kind) {
    case 'all':
    case 'node':
      return true;
    case 'hash':
      return hash(podKey) % shard.count === shard.index;
  }
}

/** What the server shall select pods by; undefined for all. */
export function fieldSelectorOf(shard: Shard): string | undefined {
  return shard.kind === 'node' ? `spec.nodeName=${shard.node}` : undefined;
}

/** The Lease that the replicas of the shard elect their leader by. One node has one replica, and no election. */
export function leaseNameOf(shard: Exclude<Shard, { readonly kind: 'node' }>, base: string): string {
  return shard.kind === 'all' ? base : `${base}-${shard.index}-of-${shard.count}`;
}

/** For logs and notes, for example `all pods`, `pods of shard 2 of 0 to 4`, `pods of node worker-1`. */
export function describeShard(shard: Shard): string {
  switch (shard.kind) {
    case 'all':
      return 'all pods';
    case 'hash':
      return `pods of shard ${shard.index} of 0 to ${shard.count - 1}`;
    case 'node':
      return `pods of node ${shard.node}`;
  }
}

/** The ordinal in the name of a StatefulSet's pod: 3 for `osm-auditor-3`; undefined for any other name. */
export function ordinalOf(podName: string): number | undefined {
  const digits = /-(0|[1-9][0-9]{0,8})$/.exec(podName)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** FNV-1a with 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). Kubernetes allows ASCII alone in names. */
function hash(key: string): number {
  let hashed = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hashed = Math.imul(hashed ^ key.charCodeAt(at), 0x01000193);
  return hashed >>> 0;
}
