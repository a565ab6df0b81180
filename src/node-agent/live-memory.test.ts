import { expect } from 'chai';
import { LiveMemory, type Sight } from './live-memory.ts';

const FIRST: Sight = { run: 'first', network: 1 };

describe('what was seen of a kernel before', () => {
  /** What was seen, step by step, and what is known of the pod at the end where `now` is seen. */
  const CASES: Readonly<
    Record<string, { seen: readonly (readonly [Sight, boolean])[]; now: Sight; earlier: string | undefined }>
  > = {
    'is nothing at first': { seen: [], now: FIRST, earlier: undefined },
    'is that the rules were right, once they were': {
      seen: [
        [FIRST, true],
        [FIRST, false],
      ],
      now: FIRST,
      earlier: 'as-installed',
    },
    'is nothing where they never were': { seen: [[FIRST, false]], now: FIRST, earlier: undefined },
    'is another network until the rules are in the new one': {
      seen: [
        [FIRST, true],
        [{ ...FIRST, network: 2 }, false],
      ],
      now: { ...FIRST, network: 2 },
      earlier: 'other-network',
    },
    'is the new network once the rules are in it': {
      seen: [
        [FIRST, true],
        [{ ...FIRST, network: 2 }, true],
      ],
      now: { ...FIRST, network: 2 },
      earlier: 'as-installed',
    },
    'says nothing about a later run of osm-init, in whatever network': {
      seen: [[FIRST, true]],
      now: { run: 'second', network: 2 },
      earlier: undefined,
    },
    'begins anew with a later run': {
      seen: [
        [FIRST, true],
        [{ ...FIRST, run: 'second' }, false],
      ],
      now: { ...FIRST, run: 'second' },
      earlier: undefined,
    },
  };
  for (const [title, { seen, now, earlier }] of Object.entries(CASES)) {
    it(title, () => {
      const memory = new LiveMemory();
      for (const [sight, asInstalled] of seen) memory.saw('test/web', sight, asInstalled);
      expect(memory.earlier('test/web', now)).to.equal(earlier);
      memory.forget('test/web');
      expect(memory.earlier('test/web', now)).to.equal(undefined);
    });
  }
});
