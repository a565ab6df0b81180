/**
 * The order of resource versions.
 *
 * The API calls them opaque up to Kubernetes 1.34 and comparable integers from 1.35 on (KEP-5504). In every API server
 * they are revisions of etcd, so integers are compared as such everywhere; of anything else it is only known whether
 * two are the same.
 */

const INTEGER = /^[1-9][0-9]*$/;

/** Below zero when `a` is before `b`, zero when they are the same, undefined when nobody can tell. */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!INTEGER.test(a) || !INTEGER.test(b)) return undefined;
  // Longer than what a number holds exactly, perhaps.
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}
