/** Faults of the network: connections that break, fall silent or are slow. */
import { BLIND, type Fault } from '../fault.ts';
import { everything, atOnce, imposed, once } from '../inflict.ts';

export const CONNECTION_FAULTS: readonly Fault[] = [
  {
    name: 'every connection is reset',
    uses: ['connections'],
    inflict: once((bed) => bed.proxy.tcp.reset()),
    holdMs: 0,
    within: 5,
    meanwhile: { ready: 'ready' },
  },
  {
    name: 'connections are reset again and again',
    uses: ['connections'],
    inflict: (bed) => {
      const timer = setInterval(() => bed.proxy.tcp.reset(), 50);
      return Promise.resolve(atOnce(() => clearInterval(timer)));
    },
    holdMs: 1000,
    within: 6,
    meanwhile: { log: /^list or watch failed.*cut/, ready: 'either' },
  },
  {
    name: 'connections are refused',
    uses: ['connections'],
    inflict: async (bed) => {
      await bed.proxy.tcp.refuse();
      return () => bed.proxy.tcp.accept();
    },
    holdMs: 1500,
    within: 6,
    meanwhile: { ...BLIND, log: /^list or watch failed.*connection refused/ },
  },
  {
    name: 'every connection, old or new, is a black hole, and then bytes pass again',
    uses: ['connections'],
    inflict: (bed) => {
      bed.proxy.tcp.fallSilent();
      return Promise.resolve(atOnce(() => bed.proxy.tcp.speak()));
    },
    holdMs: 3500,
    within: 6,
    meanwhile: { ...BLIND, log: /^list or watch failed.*did not answer in time/ },
  },
  {
    name: 'the connections fall silent for good, while new ones are well',
    uses: ['connections'],
    inflict: once((bed) => bed.proxy.tcp.fallSilent({ newcomers: false })),
    holdMs: 0,
    within: 6,
    meanwhile: { ready: 'ready' },
  },
  {
    name: 'every answer comes half a second late',
    uses: [],
    inflict: imposed(everything, { kind: 'delay', ms: 500 }),
    holdMs: 1000,
    within: 6,
    meanwhile: { ready: 'ready' },
  },
  {
    name: 'every answer comes later than anybody waits',
    uses: [],
    inflict: imposed(everything, { kind: 'delay', ms: 1500 }),
    holdMs: 2500,
    within: 8,
    meanwhile: BLIND,
  },
  {
    name: 'every answer drips in small pieces',
    uses: [],
    inflict: async (bed) => {
      const lift = await imposed(everything, { kind: 'drip', bytes: 200, everyMs: 2 })(bed);
      return async () => {
        await lift();
        bed.proxy.tcp.reset();
      };
    },
    holdMs: 1000,
    within: 6,
    meanwhile: { ready: 'ready' },
  },
];
