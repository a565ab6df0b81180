import { expect } from 'chai';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { sweepNowAndThen } from './sweeps.ts';

describe('sweeps', () => {
  it('come within a tenth of the interval, one after the other, whatever becomes of them', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const at: number[] = [];
    const failures: unknown[] = [];
    const numbers = [0, 0.5, 0.999];
    const running = sweepNowAndThen(
      {
        clock,
        intervalMs: 1000,
        random: () => numbers[at.length % numbers.length] ?? 0,
        sweep: async () => {
          at.push(Math.round(clock.monotonic()));
          await clock.sleep(5000);
          throw new Error('failed');
        },
        onFailure: (error) => failures.push(error),
      },
      stop.signal,
    );
    await clock.advance(17_000);
    expect(at).to.deep.equal([900, 900 + 5000 + 1000, 6900 + 5000 + 1100]);
    expect(failures).to.have.length(2);
    stop.abort();
    await clock.advance(5000);
    await running;
  });
});
