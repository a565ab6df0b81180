/** The common ways to inflict a fault: rules of the proxy, and things said in running watches. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { isWrite, type KubeRequest } from './kube-request.ts';
import type { Harm } from './proxy.ts';
import type { TestBed } from './test-bed.ts';
import type { WatchStream } from './watch-stream.ts';

export const everything = (): boolean => true;
export const writes = isWrite;
export const conditionWrites = ({ resource }: KubeRequest): boolean => resource === 'pods/status';
export const eventWrites = (request: KubeRequest): boolean =>
  request.resource === 'events' && isWrite(request);
export const lists = ({ verb }: KubeRequest): boolean => verb === 'list';
export const listsOf =
  (resource: string) =>
  (request: KubeRequest): boolean =>
    request.verb === 'list' && request.resource === resource;
export const nextPages = ({ url }: KubeRequest): boolean => url.searchParams.has('continue');
export const watches = ({ verb }: KubeRequest): boolean => verb === 'watch';

export const TOO_MANY: Harm = {
  kind: 'answer',
  status: 429,
  reason: 'TooManyRequests',
  retryAfterSeconds: 1,
};
export const INTERNAL: Harm = { kind: 'answer', status: 500, reason: 'InternalError' };
export const UNAVAILABLE: Harm = { kind: 'answer', status: 503, reason: 'ServiceUnavailable' };
export const EXPIRED: Harm = { kind: 'answer', status: 410, reason: 'Expired' };
export const CONFLICT: Harm = { kind: 'answer', status: 409, reason: 'Conflict' };
export const LOGIN_PAGE: Harm = {
  kind: 'answer',
  status: 200,
  reason: 'OK',
  body: '<html>Please log in</html>',
};

export const errorEvent = (code: number, reason: string): string =>
  JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, reason, message: 'said in mid-watch' } });

/** An end that takes no time. */
export const atOnce =
  (end: () => void): (() => Promise<void>) =>
  () => {
    end();
    return Promise.resolve();
  };
export const nothingToEnd = atOnce(() => undefined);

/** A rule of the proxy, and all connections reset, so that the informers ask again. */
export const imposed =
  (when: (request: KubeRequest) => boolean, harm: Harm): Fault['inflict'] =>
  (bed) => {
    const lift = bed.proxy.impose({ when, harm });
    bed.proxy.tcp.reset();
    return Promise.resolve(atOnce(lift));
  };

/** A rule of the proxy alone: running watches go on. */
export const ruled =
  (when: (request: KubeRequest) => boolean, harm: Harm): Fault['inflict'] =>
  (bed) => {
    const lift = bed.proxy.impose({ when, harm });
    return Promise.resolve(atOnce(lift));
  };

/** Something that is over as soon as it has happened. */
export const once =
  (happen: (bed: TestBed) => void): Fault['inflict'] =>
  (bed) => {
    happen(bed);
    return Promise.resolve(nothingToEnd);
  };

/** The watch of pods expires, and the list that follows has pages of two pods and meets the harm. */
export const relisting =
  (when: (request: KubeRequest) => boolean, harm: Harm): Fault['inflict'] =>
  async (bed) => {
    const watches = await watchesOf(bed, 'pods');
    bed.proxy.pageSize = 2;
    const lift = bed.proxy.impose({ when, harm });
    for (const watch of watches) watch.say(errorEvent(410, 'Expired'));
    return atOnce(() => {
      bed.proxy.pageSize = undefined;
      lift();
    });
  };

/** A watch that is being opened again is there in a moment; one that cannot be opened at all is no reason to wait. */
export async function watchesOf(bed: TestBed, resource: string): Promise<readonly WatchStream[]> {
  for (let tries = 0; tries < 20 && bed.proxy.watches(resource).length === 0; tries += 1) await sleep(50);
  return bed.proxy.watches(resource);
}

export const saying =
  (resource: string, line: string): Fault['inflict'] =>
  async (bed) => {
    for (const watch of await watchesOf(bed, resource)) watch.say(line);
    return nothingToEnd;
  };
