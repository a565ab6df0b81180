import { expect } from 'chai';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { withSilenceLimit } from './silence.ts';

describe('silence limit', () => {
  let clock: ManualClock;

  beforeEach(() => (clock = new ManualClock()));

  /** Work that lasts until it is stopped, and what came of it. */
  const start = (): { readonly heard: () => void; readonly end: () => string | undefined } => {
    let heard = (): void => undefined;
    let end: string | undefined;
    const work = (signal: AbortSignal, tell: () => void): Promise<void> => {
      heard = tell;
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped'))),
      );
    };
    const { signal } = new AbortController();
    void withSilenceLimit({ idleMs: 1000, clock }, signal, work).then((how) => (end = how));
    return { heard: () => heard(), end: () => end };
  };

  it('ends work that has been silent for as long as allowed, counted from the last word', async () => {
    const { heard, end } = start();
    await clock.advance(700);
    heard();
    await clock.advance(999);
    expect(end()).to.equal(undefined);
    await clock.advance(1);
    expect(end()).to.equal('silent');
  });

  it('does not mind that the clock is set back meanwhile', async () => {
    const { end } = start();
    await clock.advance(500);
    clock.set(0);
    await clock.advance(500);
    expect(end()).to.equal('silent');
  });
});
