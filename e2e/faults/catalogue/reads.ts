/** Faults of lists and watches: cut, expired, or not what they should be. */
import { SEEING, type Fault } from '../fault.ts';
import {
  lists,
  listsOf,
  nextPages,
  watches,
  EXPIRED,
  LOGIN_PAGE,
  errorEvent,
  atOnce,
  nothingToEnd,
  imposed,
  relisting,
  watchesOf,
  saying,
} from '../inflict.ts';

export const READ_FAULTS: readonly Fault[] = [
  {
    name: 'the watch of pods is cut in the middle of a line',
    uses: [],
    inflict: async (bed) => {
      for (const watch of await watchesOf(bed, 'pods')) watch.tearNextEvent();
      return nothingToEnd;
    },
    holdMs: 200,
    within: 5,
    meanwhile: { failing: ['pods'], log: /^list or watch failed/, ready: 'ready' },
  },
  {
    name: 'the watch of pods silently loses an event',
    uses: [],
    inflict: async (bed) => {
      for (const watch of await watchesOf(bed, 'pods')) watch.loseNextEvent();
      return nothingToEnd;
    },
    holdMs: 200,
    within: 16,
    meanwhile: SEEING,
  },
  {
    name: 'the list of pods is cut in the middle of a page',
    uses: [],
    inflict: relisting(listsOf('pods'), { kind: 'cut', afterBytes: 3000 }),
    holdMs: 1000,
    within: 6,
    meanwhile: { failing: ['pods'], log: /^list or watch failed/, ready: 'either' },
  },
  {
    name: 'the list of pods expires in the middle, again and again',
    uses: [],
    inflict: relisting(nextPages, EXPIRED),
    holdMs: 1000,
    within: 6,
    meanwhile: { failing: ['pods'], log: /^list or watch failed.*expired/, ready: 'either' },
  },
  {
    name: 'the watch of pods expires in the middle',
    uses: [],
    inflict: saying('pods', errorEvent(410, 'Expired')),
    holdMs: 200,
    within: 5,
    meanwhile: { log: /^watch expired, listing again/, ready: 'ready' },
  },
  {
    name: 'the watch of the configuration expires in the middle',
    uses: [],
    inflict: saying('configmaps', errorEvent(410, 'Expired')),
    holdMs: 200,
    within: 5,
    meanwhile: { log: /^watch expired, listing again/, ready: 'ready' },
  },
  {
    name: 'every watch expires as soon as it is opened',
    uses: [],
    inflict: imposed(watches, EXPIRED),
    holdMs: 1500,
    within: 6,
    meanwhile: { failing: ['pods'], log: /^list or watch failed.*expired/, ready: 'either' },
  },
  {
    name: 'the watch of pods reports an internal error',
    uses: [],
    inflict: saying('pods', errorEvent(500, 'InternalError')),
    holdMs: 200,
    within: 5,
    meanwhile: { log: /^list or watch failed.*internalerror/, ready: 'ready' },
  },
  {
    name: 'the watch of pods talks nonsense',
    uses: [],
    inflict: saying('pods', '{"type":"MODIFIED","object":{"metadata":{}}}'),
    holdMs: 200,
    within: 5,
    meanwhile: { log: /^list or watch failed.*resource version/, ready: 'ready' },
  },
  {
    name: 'the watch of pods says something that is no JSON',
    uses: [],
    inflict: saying('pods', '<html>502 Bad Gateway</html>'),
    holdMs: 200,
    within: 5,
    meanwhile: { log: /^list or watch failed.*not JSON/, ready: 'ready' },
  },
  {
    name: 'a portal answers every list with its login page',
    uses: [],
    inflict: relisting(lists, LOGIN_PAGE),
    holdMs: 1000,
    within: 6,
    meanwhile: { failing: ['pods'], log: /^list or watch failed.*not JSON/, ready: 'either' },
  },
  {
    name: 'every watch ends as soon as it is opened',
    uses: [],
    inflict: (bed) => {
      const timer = setInterval(() => {
        for (const watch of bed.proxy.watches('pods')) watch.end();
      }, 20);
      return Promise.resolve(atOnce(() => clearInterval(timer)));
    },
    holdMs: 1000,
    within: 6,
    meanwhile: { log: /^list or watch failed.*ended at once/, ready: 'either' },
  },
];
