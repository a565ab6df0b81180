/** Somebody sets the clock, forward or back: whatever measures a duration must not notice. */
import { expect } from 'chai';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import type { ListWatch } from './list-watch.ts';
import { Reflector } from './reflector.ts';
import { withSilenceLimit } from './silence.ts';
import { TokenBuckets } from './token-buckets.ts';
import { WorkQueue } from './workqueue.ts';

const HOUR = 3_600_000;

for (const jump of [HOUR, -HOUR]) {
  describe(`when the wall clock is set ${jump > 0 ? 'forward' : 'back'} an hour`, () => {
    let clock: ManualClock;

    beforeEach(() => {
      clock = new ManualClock(Date.UTC(2026, 10, 25));
    });

    it('silence is as long as it is', async () => {
      let heard: () => void = () => undefined;
      let end: string | undefined;
      const working = withSilenceLimit(
        { idleMs: 1000, clock },
        new AbortController().signal,
        (signal, hear) => {
          heard = hear;
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('silent')));
          });
        },
      ).then((result) => (end = result));
      await clock.advance(900);
      heard();
      clock.jump(jump);
      await clock.advance(999);
      expect(end).to.equal(undefined);
      await clock.advance(1);
      expect(end).to.equal('silent');
      await working;
    });

    it('a budget fills up at its own pace', async () => {
      const buckets = new TokenBuckets(clock, 2, 1000);
      buckets.take('a');
      buckets.take('a');
      clock.jump(jump);
      expect(buckets.has('a')).to.equal(false);
      await clock.advance(999);
      expect(buckets.has('a')).to.equal(false);
      await clock.advance(1);
      expect(buckets.has('a')).to.equal(true);
    });

    it('the work queue measures waiting and work, and keeps the earlier of two dates', async () => {
      const runs: number[] = [];
      const measured: number[] = [];
      const queue = new WorkQueue({
        clock,
        logger: new RecordingLogger(),
        process: async () => {
          runs.push(clock.monotonic());
          clock.jump(jump);
          await clock.sleep(5);
          return undefined;
        },
        observer: {
          added: () => undefined,
          retried: () => undefined,
          started: (ms) => measured.push(ms),
          finished: (_, ms) => measured.push(ms),
        },
      });
      queue.add('a');
      clock.jump(jump);
      await clock.advance(10);
      queue.start();
      await clock.advance(10);
      expect(measured).to.deep.equal([10, 5]);
      const before = clock.monotonic();
      queue.addAfter('b', 1000);
      clock.jump(jump);
      queue.addAfter('b', 500);
      clock.jump(jump);
      queue.addAfter('b', 2000);
      await clock.advance(3000);
      expect(runs.slice(1)).to.deep.equal([before + 500]);
      await queue.stop();
    });

    it('a watch that ends at once is no progress, and one that lasts a second is', async () => {
      let watches = 0;
      let lasting = 0;
      const api: ListWatch = {
        list: () => Promise.resolve({ metadata: { resourceVersion: '1' }, items: [] }),
        watch: async () => {
          watches += 1;
          clock.jump(jump);
          if (lasting > 0) await clock.sleep(lasting);
          return nothing();
        },
      };
      const sink = {
        put: () => undefined,
        delete: () => undefined,
        listed: () => undefined,
        compare: () => undefined,
        keys: () => [],
        remove: () => undefined,
      };
      const reflector = new Reflector(
        {
          api,
          clock,
          logger: new RecordingLogger(),
          source: { name: 'things', path: '/things' },
          random: () => 0.999,
        },
        { ...sink, failing: () => undefined },
      );
      const stop = new AbortController();
      const running = reflector.run(stop.signal);
      await settle();
      await clock.advance(10_000);
      // Half a second, one, two, four: each wait twice the one before.
      expect(watches).to.equal(5);
      lasting = 1000;
      await clock.advance(30_000);
      const before = watches;
      await clock.advance(10_000);
      expect(watches - before).to.be.within(9, 11);
      stop.abort();
      await clock.advance(1000);
      await running;
    });
  });
}

async function* nothing(): AsyncGenerator<unknown, void> {
  // A watch without events that the server ends.
}
