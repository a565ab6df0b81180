import { expect } from 'chai';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { WorkQueue, type Process, type WorkQueueOptions } from './workqueue.ts';

describe('work queue', () => {
  let clock: ManualClock;
  let logger: RecordingLogger;
  let runs: string[];
  /** What each run waits for, by key; runs of other keys finish at once. */
  let gates: Map<string, Promise<unknown>>;
  let seen: string[];

  beforeEach(() => {
    clock = new ManualClock();
    logger = new RecordingLogger();
    runs = [];
    gates = new Map();
    seen = [];
  });

  function queue(options: Partial<WorkQueueOptions> = {}): WorkQueue {
    const process: Process = async (key) => {
      runs.push(key);
      await gates.get(key);
      return undefined;
    };
    const observer = {
      added: () => seen.push('added'),
      started: (ms: number) => seen.push(`started ${ms}`),
      finished: (result: string, ms: number) => seen.push(`${result} ${ms}`),
      retried: () => seen.push('retried'),
    };
    return new WorkQueue({ process, clock, logger, observer, random: () => 1, ...options });
  }

  function gate(key: string): () => void {
    let open = (): void => undefined;
    gates.set(key, new Promise<void>((resolve) => (open = resolve)));
    return open;
  }

  it('works on nothing before it is started, and on a key once however often it was added', async () => {
    const q = queue();
    for (let time = 0; time < 100; time++) q.add('a');
    q.add('b');
    await settle();
    expect(runs).to.deep.equal([]);
    expect(q.depth).to.equal(2);
    expect(q.waitingKeys()).to.deep.equal(['a', 'b']);
    q.start();
    await q.idle();
    expect(runs).to.deep.equal(['a', 'b']);
    expect(seen.filter((line) => line === 'added')).to.have.length(2);
  });

  it('never works on a key twice at the same time, and once more if it was added meanwhile', async () => {
    const open = gate('a');
    const q = queue();
    q.start();
    q.add('a');
    await settle();
    expect(q.isRunning('a')).to.equal(true);
    q.add('a');
    q.add('a');
    await settle();
    expect(runs).to.deep.equal(['a']);
    open();
    await q.idle();
    expect(q.isRunning('a')).to.equal(false);
    expect(runs).to.deep.equal(['a', 'a']);
  });

  it('takes higher priorities first, and raises a key that waits', async () => {
    const q = queue({ concurrency: 1 });
    q.add('low');
    q.add('raised');
    q.add('high', { priority: 1 });
    q.add('raised', { priority: 2 });
    q.add('high', { priority: 0 });
    q.start();
    await q.idle();
    expect(runs).to.deep.equal(['raised', 'high', 'low']);
  });

  it('tries a failed key again after 5, 10, 20 ms and so on to the limit, and starts over after a success', async () => {
    const times: number[] = [];
    let failing = true;
    const start = clock.now();
    const q = queue({
      maxDelayMs: 50,
      process: () => {
        times.push(clock.now() - start);
        return failing ? Promise.reject(new Error('not today')) : Promise.resolve(undefined);
      },
    });
    q.start();
    q.add('a');
    await clock.advance(180);
    expect(times).to.deep.equal([0, 5, 15, 35, 75, 125, 175]);
    failing = false;
    await clock.advance(50);
    failing = true;
    q.add('a');
    await clock.advance(5);
    expect(times.slice(7)).to.deep.equal([225, 230, 235]);
    expect(logger.lines[0]).to.deep.include({ level: 'warn', message: 'reconcile failed' });
    await q.stop();
  });

  it('halves the wait at most', async () => {
    const q = queue({ random: () => 0, process: () => Promise.reject(new Error('no')) });
    q.start();
    q.add('a');
    await settle();
    expect(logger.lines[0]?.fields['retryInMs']).to.equal(2.5);
    await q.stop();
  });

  it('keeps its dates when the clock is set, forwards or back', async () => {
    for (const jump of [86_400_000, -86_400_000]) {
      const q = queue();
      q.start();
      q.addAfter('a', 60_000);
      clock.set(clock.now() + jump);
      q.addAfter('a', 100);
      runs = [];
      await clock.advance(100);
      expect(runs, String(jump)).to.deep.equal(['a']);
      await q.stop();
    }
  });

  it('forgets the retry of a key that succeeded in the meantime', async () => {
    let failing = true;
    const q = queue({
      baseDelayMs: 1000,
      process: (key) => {
        runs.push(key);
        return failing ? Promise.reject(new Error('no')) : Promise.resolve(undefined);
      },
    });
    q.start();
    q.add('a');
    await settle();
    failing = false;
    q.add('a');
    await clock.advance(5000);
    expect(runs).to.have.length(2);
    expect(clock.sleepers).to.equal(0);
  });

  it('keeps the earliest of several dates', async () => {
    const q = queue();
    q.start();
    q.addAfter('a', 100);
    q.addAfter('a', 50);
    q.addAfter('a', 80);
    await clock.advance(49);
    expect(runs).to.deep.equal([]);
    await clock.advance(1);
    expect(runs).to.deep.equal(['a']);
    await clock.advance(1000);
    expect(runs).to.deep.equal(['a']);
  });

  it('comes back when the work asks for it', async () => {
    let again: { requeueAfterMs: number } | undefined = { requeueAfterMs: 60_000 };
    const q = queue({
      process: (key) => {
        runs.push(key);
        return Promise.resolve(again);
      },
    });
    q.start();
    q.add('a');
    await settle();
    again = undefined;
    await clock.advance(60_000);
    expect(runs).to.have.length(2);
    expect(seen).to.include.members(['requeued 0', 'success 0']);
  });

  it('tells the observer how long keys waited and were worked on', async () => {
    const open = gate('a');
    const q = queue();
    q.add('a');
    await clock.advance(7);
    q.start();
    await clock.advance(30);
    open();
    await q.idle();
    expect(seen).to.deep.equal(['added', 'started 7', 'success 30']);
  });

  it('asks work that takes too long to give up, but holds its key and its place until it ends', async () => {
    const open = gate('slow');
    let signal: AbortSignal | undefined;
    const q = queue({
      concurrency: 1,
      timeoutMs: 1000,
      process: async (key, given) => {
        runs.push(key);
        if (key === 'slow') signal = given;
        await gates.get(key);
        return undefined;
      },
    });
    q.start();
    q.add('slow');
    await clock.advance(999);
    expect(signal?.aborted).to.equal(false);
    expect(logger.lines).to.deep.equal([]);
    q.add('slow');
    q.add('other');
    await clock.advance(1);
    expect(signal?.aborted).to.equal(true);
    expect(signal?.reason).to.have.property('message', 'not done after 1 s');
    await clock.advance(60_000);
    expect(runs).to.deep.equal(['slow']);
    expect(logger.lines.map(({ level, fields }) => [level, fields])).to.deep.equal([
      ['warn', { key: 'slow', timeoutMs: 1000 }],
    ]);
    open();
    await q.idle();
    expect(runs).to.deep.equal(['slow', 'other', 'slow']);
    expect(seen, 'it ended well, if late').to.include('success 61000');
    expect(seen).to.not.include('retried');
  });

  it('counts work as failed that gives up when asked to, and tries it again', async () => {
    const q = queue({
      timeoutMs: 1000,
      process: (key, signal) => {
        if (runs.push(key) > 1) return Promise.resolve(undefined);
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    });
    q.start();
    q.add('a');
    await clock.advance(1005);
    expect(runs).to.have.length(2);
    expect(seen).to.include.members(['error 1000', 'retried', 'success 0']);
    expect(logger.lines[1]?.fields).to.include({ key: 'a', error: 'not done after 1 s', failures: 1 });
  });

  it('gives each run the whole time, however long the queue has been at work', async () => {
    const aborted: string[] = [];
    const q = queue({
      concurrency: 2,
      timeoutMs: 1000,
      process: async (key, signal) => {
        signal.addEventListener('abort', () => aborted.push(`${key} ${clock.now() - begin}`));
        await clock.sleep(key === 'slow' ? 5000 : 700);
        return undefined;
      },
    });
    const begin = clock.now();
    q.start();
    for (const key of ['a', 'b', 'c', 'd', 'slow']) q.add(key);
    await clock.advance(10_000);
    expect(aborted, 'it begins after two rounds of 700 ms').to.deep.equal(['slow 2400']);
    expect(clock.sleepers, 'nothing is watched when nothing is under way').to.equal(0);
  });

  it('shows work that never ends', async () => {
    gate('stuck');
    gate('younger');
    const q = queue({ timeoutMs: 1000 });
    expect(q.unfinished).to.deep.equal({ totalMs: 0, longestMs: 0 });
    q.start();
    q.add('stuck');
    await clock.advance(4000);
    q.add('younger');
    await clock.advance(500);
    expect(q.unfinished).to.deep.equal({ totalMs: 5000, longestMs: 4500 });
  });

  it('works at once on a key that waits for its retry when it is added, and not again if that succeeds', async () => {
    let failing = true;
    const q = queue({
      baseDelayMs: 60_000,
      process: (key) => {
        runs.push(`${key} ${clock.now() - begin}`);
        return failing ? Promise.reject(new Error('no')) : Promise.resolve(undefined);
      },
    });
    const begin = clock.now();
    q.start();
    q.add('a');
    await clock.advance(30_000);
    q.add('a', { priority: 1 });
    await settle();
    expect(runs, 'it fails again, which does not put its retry off').to.deep.equal(['a 0', 'a 30000']);
    await clock.advance(29_999);
    failing = false;
    await clock.advance(1);
    await clock.advance(1_000_000);
    expect(runs).to.deep.equal(['a 0', 'a 30000', 'a 60000']);
  });

  for (const [what, first, order] of [
    ['a live change', 1, ['key', 'busy', 'key', 'sweep']],
    ['a sweep', 0, ['key', 'busy', 'sweep', 'key']],
  ] as const) {
    for (const later of ['a retry', 'a later date'] as const) {
      it(`keeps the priority of ${what} for ${later}`, async () => {
        let open = (): void => undefined;
        const q = queue({
          concurrency: 1,
          process: async (key) => {
            const again = key === 'key' && !runs.includes('key');
            runs.push(key);
            if (key === 'busy') await new Promise<void>((resolve) => (open = resolve));
            if (again && later === 'a retry') throw new Error('no');
            return again ? { requeueAfterMs: 5 } : undefined;
          },
        });
        q.start();
        q.add('key', { priority: first });
        await settle();
        q.add('busy', { priority: 1 });
        await settle();
        q.add('sweep');
        await clock.advance(5);
        open();
        await q.idle();
        expect(runs).to.deep.equal(order);
      });
    }
  }

  it('remembers the highest priority with which a key was added while it ran or was about to', async () => {
    const open = gate('first');
    const q = queue({ concurrency: 1 });
    q.start();
    q.add('first');
    await settle();
    q.add('sweep');
    q.add('first', { priority: 1 });
    q.add('first');
    open();
    await q.idle();
    expect(runs).to.deep.equal(['first', 'first', 'sweep']);
    q.add('a');
    expect(q.waitingKeys(), 'it has not had its turn').to.deep.equal(['a']);
    q.add('a', { priority: 1 });
    await q.idle();
    expect(runs.slice(3), 'what is added before the work begins is seen by it').to.deep.equal(['a']);
  });

  it('finishes what it is working on when stopped, and drops the rest', async () => {
    const open = gate('a');
    const q = queue({ concurrency: 1 });
    q.start();
    q.add('a');
    q.add('b');
    q.addAfter('c', 10);
    await settle();
    let stopped = false;
    const stopping = q.stop().then(() => (stopped = true));
    q.add('d');
    await clock.advance(100);
    expect(stopped).to.equal(false);
    expect(clock.sleepers, 'the timeout of the work under way').to.equal(1);
    open();
    await stopping;
    expect(clock.sleepers).to.equal(0);
    expect(runs).to.deep.equal(['a']);
  });

  it('does one run at a time for each key under random load', async () => {
    const busy = new Set<string>();
    let overlaps = 0;
    const q = queue({
      concurrency: 8,
      process: async (key) => {
        if (busy.has(key)) overlaps += 1;
        busy.add(key);
        await settle();
        busy.delete(key);
        if (runs.push(key) % 7 === 0) throw new Error('sometimes');
        return undefined;
      },
    });
    q.start();
    for (let round = 0; round < 20; round++) {
      for (let key = 0; key < 25; key++) q.add(String(key % (round + 1)), { priority: key % 3 });
      await clock.advance(3);
    }
    await q.idle();
    expect(overlaps).to.equal(0);
    expect(new Set(runs).size).to.equal(20);
    await q.stop();
  });
});
