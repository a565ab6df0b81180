/** What is reconciled: a pod, by `namespace/name`, a namespace with its pods, or the configuration with all pods. */

/** The key of the mesh configuration, upon which every pod depends. */
export const CONFIG_KEY = 'config';
const NAMESPACE_PREFIX = 'namespace:';

/** The key of a namespace, upon which its pods depend. A pod's key holds a slash and no colon. */
export function namespaceKey(name: string): string {
  return `${NAMESPACE_PREFIX}${name}`;
}

/** The name of the namespace that the key stands for; undefined where it stands for something else. */
export function namespaceOfKey(key: string): string | undefined {
  return key.startsWith(NAMESPACE_PREFIX) ? key.slice(NAMESPACE_PREFIX.length) : undefined;
}
