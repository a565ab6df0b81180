import { expect } from 'chai';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { withTimeLimit } from './time-limit.ts';

describe('time limit', () => {
  let clock: ManualClock;
  let stop: AbortController;

  beforeEach(() => {
    clock = new ManualClock();
    stop = new AbortController();
  });

  const limited = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<unknown> =>
    withTimeLimit({ ms: 100, clock }, stop.signal, work).catch((error: unknown) => error);

  it('passes on what the work gives, and what it throws, and leaves no timer behind', async () => {
    expect(await limited(() => Promise.resolve(5))).to.equal(5);
    const failure = new Error('no');
    expect(await limited(() => Promise.reject(failure))).to.equal(failure);
    expect(clock.sleepers).to.equal(0);
  });

  it('waits no longer than it says, also for work that does not listen, and tells the work', async () => {
    let signal: AbortSignal | undefined;
    let outcome: unknown;
    const waiting = limited((given) => {
      signal = given;
      return new Promise(() => undefined);
    }).then((result) => (outcome = result));
    await clock.advance(99);
    expect(outcome).to.equal(undefined);
    expect(signal?.aborted).to.equal(false);
    await clock.advance(1);
    await waiting;
    expect(String(outcome)).to.equal('Error: no answer within 100 ms');
    expect(signal?.aborted).to.equal(true);
  });

  it('ends with the reason of the caller, whenever it comes', async () => {
    const reason = new Error('stopping');
    const waiting = limited(() => new Promise(() => undefined));
    stop.abort(reason);
    expect(await waiting).to.equal(reason);
    let begun = false;
    expect(
      await limited(() => {
        begun = true;
        return Promise.resolve();
      }),
    ).to.equal(reason);
    expect(begun).to.equal(false);
    expect(clock.sleepers).to.equal(0);
  });
});
