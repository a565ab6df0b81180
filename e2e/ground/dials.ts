/** The connections that are tried to learn what becomes of a pod's traffic. */
import type { Dial } from './agent.ts';
import type { Scenario } from './scenarios.ts';
import type { CheckedPod, SeenPod } from './seen-pod.ts';

/** The user of an application that is not the sidecar's. */
export const APP = 1000;

/** What the configuration says of an application holds whatever user it runs as. */
export interface PlannedDial extends Dial {
  readonly application: boolean;
}

export interface WitnessDial extends Dial {
  readonly installed: string;
  readonly expected: string;
}

/** From inside the pod: by its application, by root and by the sidecar; excluded or not, near and far. */
export function dialsFrom(
  { pod: { release, appUser } }: Scenario,
  { podIp }: SeenPod,
): readonly PlannedDial[] {
  const application = { uid: appUser ?? APP, application: true };
  const sidecar = { uid: release.dialect.uid, application: false };
  const dials = [application, { uid: 0, application: false }, sidecar].flatMap((who) => [
    { address: '3.3.3.3', port: 8080, ...who },
    { address: '2.2.2.7', port: 8080, ...who },
    { address: '2.2.2.200', port: 8080, ...who },
    { address: '1.1.1.1', port: 8080, ...who },
    { address: '3.3.3.3', port: 6379, ...who },
    { address: '127.0.0.1', port: 8000, ...who },
  ]);
  if (podIp === undefined) return dials;
  return [...dials, ...[application, sidecar].map((who) => ({ address: podIp, port: 8000, ...who }))];
}

/** From another host: the application, a port that may be excluded, and one that the mesh lets pass. */
export function dialsTo({ podIp }: SeenPod): readonly Dial[] {
  if (podIp === undefined) return [];
  return [8000, 9090, 15010].map((port) => ({ address: podIp, port, uid: 0 }));
}

/** The findings' witnesses that a process in the pod can really be: TCP, and out by the interface that a route gives. */
export function witnessesOf({ findings }: CheckedPod, { podIp }: SeenPod): readonly WitnessDial[] {
  return findings
    .flatMap(({ evidence }) => evidence?.differences ?? [])
    .filter(({ witness: { hook, protocol, destination, interface: out } }) => {
      const local = destination.startsWith('127.') || destination === podIp;
      return hook === 'OUTPUT' && protocol === 'tcp' && (out === 'lo') === local;
    })
    .map(({ installed, expected, witness: { destination, port, uid } }) => {
      return { address: destination, port, uid: uid ?? APP, installed, expected };
    });
}
