import { expect } from 'chai';
import { FakeLeases } from '../testing/kube/fake-leases.ts';
import { FaultyLeases, GOOD, HANGS, REFUSED } from '../testing/kube/faulty-leases.ts';
import { leaderElectionSuite } from '../testing/kube/leader-election-suite.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { LeaderElector, type LeaderElectorOptions } from './leader-election.ts';

const HOUR = 3_600_000;

describe('leader election on a fake API server', () => {
  let server: FakeLeases;
  let clock: ManualClock;

  beforeEach(() => {
    server = new FakeLeases();
    clock = new ManualClock(Date.UTC(2026, 10, 25));
  });

  leaderElectionSuite(() => ({
    api: server,
    clock,
    namespace: 'ns',
    name: 'lease',
    waitFor: async (what, condition) => {
      for (let waited = 0; !(await condition()); waited += 50) {
        if (waited > 15_000) throw new Error(`waited in vain for: ${what}`);
        await clock.advance(50);
      }
    },
    pass: (ms) => clock.advance(ms),
    remove: () => {
      server.stored = undefined;
      return Promise.resolve();
    },
  }));
});

describe('leader elector', () => {
  let server: FakeLeases;
  let clock: ManualClock;
  let line: FaultyLeases;
  let logger: RecordingLogger;
  let told: boolean[];
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    server = new FakeLeases();
    clock = new ManualClock(Date.UTC(2026, 10, 25));
    line = new FaultyLeases(server, clock);
    logger = new RecordingLogger();
    told = [];
    stop = new AbortController();
    running = Promise.resolve();
  });

  /** With the default timings: 15 s, 10 s, 2 s. */
  function create(options: Partial<LeaderElectorOptions> = {}): LeaderElector {
    const elector = new LeaderElector({
      api: line,
      clock,
      logger,
      namespace: 'ns',
      name: 'lease',
      identity: 'me',
      random: () => 0.5,
      ...options,
    });
    elector.onChange((leading) => told.push(leading));
    return elector;
  }

  async function started(options: Partial<LeaderElectorOptions> = {}): Promise<LeaderElector> {
    const elector = create(options);
    running = elector.run(stop.signal);
    await settle();
    return elector;
  }

  const other = (spec: Readonly<Record<string, unknown>> = {}): void =>
    server.edit({ holderIdentity: 'other', leaseDurationSeconds: 15, ...spec });

  it('refuses timings that would let two lead', () => {
    const refused: readonly (readonly [Partial<LeaderElectorOptions>, string])[] = [
      [
        { leaseDurationMs: 10_000 },
        'the lease duration (10 s) must be longer than the renew deadline (10 s)',
      ],
      [{ retryPeriodMs: 9000 }, 'the renew deadline (10 s) must be longer than 1.2 retry periods (of 9 s)'],
      [{ retryPeriodMs: 0 }, 'the retry period (0 s) must be more than 0 s'],
      [{ leaseDurationMs: NaN }, 'the lease duration (NaN s) must be at most 3600 s'],
      [{ leaseDurationMs: 2 * HOUR }, 'the lease duration (7200 s) must be at most 3600 s'],
    ];
    for (const [options, message] of refused) {
      expect(() => create(options)).to.throw(`leader election: ${message}`);
    }
  });

  it('runs once', async () => {
    const elector = await started();
    const again = await elector.run(stop.signal).catch((error: unknown) => error);
    expect(again).to.be.instanceOf(Error);
    expect(elector.leading).to.equal(true);
  });

  it('leads until the deadline while a request hangs, to the millisecond, and then says so', async () => {
    const elector = await started();
    await clock.advance(2000);
    line.fate = () => HANGS;
    await clock.advance(9999);
    expect(elector.leading).to.equal(true);
    await clock.advance(1);
    expect(elector.leading).to.equal(false);
    expect(told).to.deep.equal([true, false]);
    expect(logger.complaints).to.deep.equal(['the lease could not be read or renewed']);
    expect(String(elector.failure)).to.include('no answer within 5000 ms');
  });

  it('survives one request without an answer', async () => {
    const elector = await started();
    let calls = 0;
    line.fate = () => (++calls === 1 ? HANGS : GOOD);
    await clock.advance(30_000);
    expect(calls).to.be.greaterThan(4);
    expect(told).to.deep.equal([true]);
    expect(elector.failure).to.equal(undefined);
  });

  it('counts from the sending of a renewal, not from its answer', async () => {
    line.fate = () => ({ arrives: 0, answers: 2000 });
    const elector = await started();
    // Read, then write: sent after 2 s, answered after 4 s.
    await clock.advance(4000);
    expect(elector.leading).to.equal(true);
    line.fate = () => REFUSED;
    await clock.advance(7999);
    expect(elector.leading).to.equal(true);
    await clock.advance(1);
    expect(elector.leading).to.equal(false);
  });

  it('does not take an answer that comes after the time limit for leadership', async () => {
    line.fate = () => ({ arrives: 0, answers: 4000 });
    const elector = await started();
    await clock.advance(5000);
    expect(server.stored?.spec?.['holderIdentity']).to.equal('me');
    line.fate = () => HANGS;
    await clock.advance(4000);
    expect(elector.leading).to.equal(false);
    expect(told).to.deep.equal([]);
  });

  it('says no at once after the process was stopped, before any timer has run', async () => {
    const elector = await started();
    clock.freeze(10_000);
    expect(elector.leading).to.equal(false);
    expect(told).to.deep.equal([true]);
    await clock.advance(0);
    expect(told).to.deep.equal([true, false, true]);
    expect(elector.leading).to.equal(true);
  });

  it('does not lead again after it was stopped if another has taken the lease meanwhile', async () => {
    const elector = await started();
    clock.freeze(20_000);
    other();
    await clock.advance(5000);
    expect(elector.leading).to.equal(false);
    expect(elector.holder).to.equal('other');
    expect(told).to.deep.equal([true, false]);
  });

  for (const jump of [HOUR, -HOUR]) {
    const way = jump > 0 ? 'forward' : 'back';

    it(`goes on leading when the wall clock is set ${way} an hour, and no longer than it may`, async () => {
      const elector = await started();
      clock.jump(jump);
      await clock.advance(4000);
      expect(told).to.deep.equal([true]);
      line.fate = () => REFUSED;
      clock.jump(jump);
      await clock.advance(10_000);
      expect(elector.leading).to.equal(false);
    });

    it(`takes an expired lease neither sooner nor later when the wall clock is set ${way} an hour`, async () => {
      other();
      const elector = await started();
      clock.jump(jump);
      await clock.advance(14_999);
      expect(elector.leading).to.equal(false);
      await clock.advance(2001);
      expect(elector.leading).to.equal(true);
    });
  }

  it('waits as long as the holder asks, be it longer or shorter than its own lease', async () => {
    for (const [seconds, follows, leads] of [
      [60, 59_999, 2001],
      [5, 4999, 2001],
    ] as const) {
      server = new FakeLeases();
      line = new FaultyLeases(server, clock);
      other({ leaseDurationSeconds: seconds });
      const elector = await started();
      await clock.advance(follows);
      expect(elector.leading, `${seconds} s`).to.equal(false);
      await clock.advance(leads);
      expect(elector.leading, `${seconds} s`).to.equal(true);
    }
  });

  const nonsense: readonly unknown[] = [0, -5, 1.5, NaN, 'long', null, {}, 2 ** 31 - 1, 1e300];
  for (const seconds of nonsense) {
    it(`waits its own lease duration when the holder asks for ${JSON.stringify(seconds)}`, async () => {
      other({ leaseDurationSeconds: seconds });
      const elector = await started();
      await clock.advance(14_999);
      expect(elector.leading).to.equal(false);
      await clock.advance(2001);
      expect(elector.leading).to.equal(true);
    });
  }

  it('follows a holder whose times make no sense, as long as they change', async () => {
    other({ renewTime: 'now', acquireTime: 5 });
    const elector = await started();
    for (let round = 0; round < 10; round++) {
      other({ renewTime: `round ${round}` });
      await clock.advance(10_000);
      expect(elector.leading).to.equal(false);
    }
    // The last change is seen within a retry period, and its end too.
    await clock.advance(9000);
    expect(elector.leading).to.equal(true);
  });

  it('is not kept waiting by changes of the object beside the record', async () => {
    other();
    const elector = await started();
    for (let round = 0; round < 9; round++) {
      server.edit({});
      await clock.advance(2000);
    }
    expect(elector.leading).to.equal(true);
  });

  it('does not take a lease whose holder cannot be read', async () => {
    other({ holderIdentity: 5 });
    const elector = await started();
    await clock.advance(60_000);
    expect(elector.leading).to.equal(false);
    expect(String(elector.failure)).to.include('holderIdentity is not a string');
    expect(server.calls).not.to.include('update');
  });

  it('starts the count of transitions anew where it makes no sense or is full', async () => {
    for (const count of [2 ** 31 - 1, -4, 'many', 1e300]) {
      server = new FakeLeases();
      line = new FaultyLeases(server, clock);
      server.edit({ holderIdentity: '', leaseTransitions: count });
      const elector = await started();
      expect(elector.leading, String(count)).to.equal(true);
      expect(server.stored?.spec?.['leaseTransitions'], String(count)).to.be.oneOf([0, 1]);
    }
  });

  it('waits before it creates a Lease that was deleted while another held it', async () => {
    other();
    const elector = await started();
    await clock.advance(10_000);
    server.stored = undefined;
    await clock.advance(14_999);
    expect(elector.leading).to.equal(false);
    await clock.advance(4001);
    expect(elector.leading).to.equal(true);
  });

  it('waits also when it never saw who held the Lease that was deleted after its own time', async () => {
    const elector = await started();
    line.fate = () => HANGS;
    await clock.advance(30_000);
    // Meanwhile somebody else may have taken it.
    server.stored = undefined;
    line.fate = () => GOOD;
    await clock.advance(14_000);
    expect(elector.leading).to.equal(false);
    await clock.advance(11_000);
    expect(elector.leading).to.equal(true);
  });

  it('does not lead by a write of its own that arrives in the time of another', async () => {
    other();
    const elector = await started();
    await clock.advance(10_000);
    server.edit({ holderIdentity: 'me' });
    await clock.advance(14_999);
    expect(elector.leading).to.equal(false);
    await clock.advance(5000);
    expect(elector.leading).to.equal(true);
  });

  it('writes nothing after an attempt has been given up', async () => {
    let calls = 0;
    line.fate = () => (++calls === 1 ? { arrives: 0, answers: 6000 } : HANGS);
    await started();
    await clock.advance(6500);
    expect(server.calls).to.deep.equal(['get']);
    expect(calls).to.equal(1);
  });

  it('logs a failure once, another one again, and that it is over', async () => {
    line.fate = () => REFUSED;
    const elector = await started();
    await clock.advance(60_000);
    line.fate = () => HANGS;
    await clock.advance(60_000);
    line.fate = () => GOOD;
    await clock.advance(8000);
    expect(elector.leading).to.equal(true);
    const lines = logger.lines.map(({ level, message }) => `${level} ${message}`);
    expect(lines).to.deep.equal([
      'warn the lease could not be read or renewed',
      'warn the lease could not be read or renewed',
      'info leading',
      'info the lease can be read and renewed again',
    ]);
  });

  it('is not stopped by a handler that throws, and tells the others', async () => {
    const elector = create();
    const heard: boolean[] = [];
    elector.onChange(() => {
      throw new Error('a bug');
    });
    elector.onChange((leading) => heard.push(leading));
    running = elector.run(stop.signal);
    await settle();
    stop.abort();
    await running;
    expect(heard).to.deep.equal([true, false]);
    expect(logger.complaints).to.deep.equal(Array(2).fill('a handler of leadership failed'));
  });

  it('gives back a lease that a write took whose answer was lost', async () => {
    line.fate = () => (server.calls.at(-1) === 'get' ? { arrives: 0, answers: 'cut' } : GOOD);
    const elector = await started();
    expect(elector.leading).to.equal(false);
    expect(server.stored?.spec?.['holderIdentity']).to.equal('me');
    line.fate = () => GOOD;
    stop.abort();
    await running;
    expect(server.stored?.spec?.['holderIdentity']).to.equal('');
    expect(told).to.deep.equal([]);
  });

  it('asks nothing when it stops without ever having written', async () => {
    other();
    await started();
    stop.abort();
    await running;
    expect(server.calls).to.deep.equal(['get']);
    expect(clock.sleepers).to.equal(0);
  });

  it('does not lead any more when it gives the lease back', async () => {
    const elector = await started();
    line.fate = () => {
      expect(elector.leading).to.equal(false);
      expect(told).to.deep.equal([true, false]);
      return GOOD;
    };
    stop.abort();
    await running;
    expect(server.stored?.spec).to.include({ holderIdentity: '', leaseDurationSeconds: 1 });
    expect(clock.sleepers).to.equal(0);
  });

  it('ends in time though nothing answers when it wants to give the lease back', async () => {
    await started();
    line.fate = () => HANGS;
    stop.abort();
    await clock.advance(5000);
    await running;
    expect(logger.complaints).to.deep.equal(['the lease could not be given back']);
  });

  it('stops at once in the middle of a request', async () => {
    line.fate = () => HANGS;
    await started();
    stop.abort();
    await running;
    expect(logger.complaints).to.deep.equal([]);
    expect(clock.sleepers).to.equal(0);
  });

  it('makes one attempt at a time, a retry period apart, give or take a fifth', async () => {
    const at: number[] = [];
    line.fate = () => {
      at.push(clock.monotonic());
      return REFUSED;
    };
    let turn = 0;
    await started({ random: () => [0, 0.5, 0.999][turn++ % 3]! });
    await clock.advance(6000);
    expect(at.map(Math.round)).to.deep.equal([0, 1600, 3600, 5999]);
  });
});
