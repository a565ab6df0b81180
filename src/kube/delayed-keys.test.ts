import { expect } from 'chai';
import { DelayedKeys } from './delayed-keys.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';

describe('delayed keys', () => {
  let clock: ManualClock;
  let logger: RecordingLogger;
  let due: string[];
  let delayed: DelayedKeys;

  beforeEach(() => {
    clock = new ManualClock(0);
    logger = new RecordingLogger();
    due = [];
    delayed = new DelayedKeys({
      clock,
      logger,
      onDue: (key, priority) => due.push(`${key} at ${clock.now()} with ${priority}`),
    });
  });
  const add = (key: string, ms: number, priority = 0, retry = false): void =>
    delayed.add(key, { ms, priority, retry });

  it('are due at the earliest date and with the highest priority that was asked for', async () => {
    add('a', 100);
    add('a', 200, 1);
    add('b', 200, 1);
    add('b', 100);
    add('c', 300);
    await clock.advance(1000);
    expect(due).to.deep.equal(['a at 100 with 1', 'b at 100 with 1', 'c at 300 with 0']);
  });

  it('may be due again later', async () => {
    add('a', 100, 1);
    await clock.advance(100);
    add('a', 100);
    await clock.advance(100);
    expect(due).to.deep.equal(['a at 100 with 1', 'a at 200 with 0']);
  });

  it('lose a date that only failures asked for, and no other', async () => {
    add('failed', 100, 0, true);
    add('failed', 50, 0, true);
    add('relied on', 100, 0, true);
    add('relied on', 200, 0, false);
    add('asked for', 100);
    for (const key of ['failed', 'relied on', 'asked for', 'never heard of']) delayed.revokeRetry(key);
    await clock.advance(1000);
    expect(due).to.deep.equal(['relied on at 100 with 0', 'asked for at 100 with 0']);
  });

  it('leave no timers behind when they are cleared', async () => {
    add('a', 100);
    add('b', 100);
    delayed.clear();
    expect(clock.sleepers).to.equal(0);
    await clock.advance(1000);
    expect(due).to.deep.equal([]);
    expect(logger.lines).to.deep.equal([]);
  });
});
