/**
 * Snapshots: plain facts taken from API objects or from objects in files, with nothing of the object kept.
 *
 * Guarantees: what has the wrong shape is a SnapshotError that names the place in the object; nothing is guessed.
 */
export { configMapSnapshot, meshConfigSnapshot } from './config-snapshot.ts';
export { meshOfDeployment, meshOfWebhook } from './mesh-snapshot.ts';
export { namespaceSnapshot, podSnapshot, sameFacts, type PodSnapshot } from './pod-snapshot.ts';
export { SnapshotError } from './read-object.ts';
