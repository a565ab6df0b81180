import { expect } from 'chai';
import {
  Controller,
  type ControllerOptions,
  type InformerLike,
  type OptionalInformerLike,
} from './controller.ts';
import { UnreachableError } from './errors.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';

/** An informer that syncs when told to. */
class FakeInformer implements InformerLike, OptionalInformerLike {
  readonly name: string;
  synced = false;
  refusal: unknown;
  running = false;
  failure: unknown;
  readonly #waiting: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get stats(): InformerLike['stats'] {
    const numbers = {
      watchRestarts: 0,
      relists: 0,
      missedEvents: 0,
      projectionFailures: 0,
      handlerFailures: 0,
    };
    const times = { lastEventAt: undefined, lastContactAt: undefined, blindSince: undefined };
    return { ...numbers, ...times, failure: this.failure };
  }

  async run(signal: AbortSignal): Promise<void> {
    this.running = true;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    this.running = false;
    for (const done of this.#waiting) done();
  }

  async waitForSync(): Promise<boolean> {
    if (!this.synced) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.synced;
  }

  async waitForAnswer(): Promise<boolean> {
    if (!this.synced && this.refusal === undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.synced || this.refusal !== undefined;
  }

  sync(): void {
    this.synced = true;
    for (const done of this.#waiting) done();
  }

  refuse(): void {
    this.refusal = new Error('forbidden');
    for (const done of this.#waiting) done();
  }
}

describe('controller', () => {
  let clock: ManualClock;
  let logger: RecordingLogger;
  let stop: AbortController;
  let pods: FakeInformer;
  let config: FakeInformer;
  let runs: string[];

  beforeEach(() => {
    clock = new ManualClock();
    logger = new RecordingLogger();
    stop = new AbortController();
    pods = new FakeInformer('pods');
    config = new FakeInformer('config');
    runs = [];
  });

  const create = (options: Partial<ControllerOptions> = {}): Controller =>
    new Controller({
      informers: [pods, config],
      reconcile: (key) => {
        runs.push(key);
        return Promise.resolve(undefined);
      },
      clock,
      logger,
      ...options,
    });

  it('does nothing before it runs', async () => {
    const controller = create();
    controller.queue.add('a');
    await settle();
    expect(pods.running).to.equal(false);
    expect(runs).to.deep.equal([]);
    expect(controller.readiness()).to.deep.equal({ ready: false, reason: 'not started' });
  });

  it('works only when every informer is synced, and says which ones are missing and why', async () => {
    const controller = create();
    const running = controller.run(stop.signal);
    controller.queue.add('a');
    config.sync();
    pods.failure = new UnreachableError('https://x', Object.assign(new Error(), { code: 'ECONNREFUSED' }));
    await settle();
    expect(runs).to.deep.equal([]);
    expect(controller.readiness()).to.deep.equal({
      ready: false,
      reason: 'waiting for the first list of pods (connection refused by https://x)',
    });
    pods.sync();
    await settle();
    expect(runs).to.deep.equal(['a']);
    stop.abort();
    await running;
  });

  it('is ready when each key known at the start had its turn, even if it failed', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const controller = create({
      reconcile: async (key) => {
        if (key === 'bad') throw new Error('no');
        if (key === 'slow') await held;
        return undefined;
      },
    });
    const running = controller.run(stop.signal);
    for (const key of ['good', 'bad', 'slow']) controller.queue.add(key);
    pods.sync();
    config.sync();
    await settle();
    expect(controller.readiness()).to.deep.equal({
      ready: false,
      reason: 'reconciled 2 of 3 keys known at the start',
    });
    release();
    await settle();
    expect(controller.readiness()).to.deep.equal({ ready: true });
    controller.queue.add('slow');
    expect(controller.readiness()).to.deep.equal({ ready: true });
    stop.abort();
    await running;
    expect(controller.readiness()).to.deep.equal({ ready: false, reason: 'stopping' });
  });

  it('waits for an optional informer until it has a list or a refusal, and works without its facts', async () => {
    const namespaces = new FakeInformer('namespaces');
    const controller = create({ informers: [pods], optionalInformers: [namespaces, config] });
    const running = controller.run(stop.signal);
    controller.queue.add('a');
    pods.sync();
    config.sync();
    await settle();
    expect(namespaces.running).to.equal(true);
    expect(runs).to.deep.equal([]);
    namespaces.failure = new Error('the answer is 500');
    expect(controller.readiness()).to.have.property(
      'reason',
      'waiting for the first list of namespaces (the answer is 500)',
    );
    namespaces.refuse();
    await settle();
    expect(runs).to.deep.equal(['a']);
    expect(controller.readiness()).to.deep.equal({ ready: true });
    stop.abort();
    await running;
    expect(namespaces.running).to.equal(false);
  });

  it('runs other informers beside, and waits for none of them', async () => {
    const beside = new FakeInformer('reports');
    const controller = create({ informers: [pods], otherInformers: [beside] });
    const running = controller.run(stop.signal);
    controller.queue.add('a');
    pods.sync();
    await settle();
    expect([beside.running, beside.synced, ...runs]).to.deep.equal([true, false, 'a']);
    expect(controller.readiness()).to.deep.equal({ ready: true });
    stop.abort();
    await running;
    expect(beside.running).to.equal(false);
  });

  it('does not begin to work when only the optional informers have answered', async () => {
    const controller = create({ informers: [pods], optionalInformers: [config] });
    const running = controller.run(stop.signal);
    controller.queue.add('a');
    config.sync();
    await settle();
    expect(runs).to.deep.equal([]);
    expect(controller.readiness()).to.have.property('reason', 'waiting for the first list of pods');
    stop.abort();
    await running;
    expect(runs).to.deep.equal([]);
  });

  it('stops although an optional informer never answered', async () => {
    const controller = create({ informers: [pods], optionalInformers: [config] });
    const running = controller.run(stop.signal);
    pods.sync();
    await settle();
    stop.abort();
    await running;
    expect(runs).to.deep.equal([]);
  });

  it('stops although nothing was ever synced', async () => {
    const controller = create();
    const running = controller.run(stop.signal);
    await settle();
    stop.abort();
    await running;
    expect(pods.running).to.equal(false);
    expect(runs).to.deep.equal([]);
  });

  it('waits for the work under way when stopping, but not longer than allowed', async () => {
    let given: AbortSignal | undefined;
    const controller = create({
      drainMs: 1000,
      reconcile: (_key, signal) => {
        given = signal;
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('gave up'))),
        );
      },
    });
    let ended = false;
    const running = controller.run(stop.signal).then(() => (ended = true));
    controller.queue.add('a');
    pods.sync();
    config.sync();
    await settle();
    stop.abort();
    await clock.advance(999);
    expect(ended).to.equal(false);
    expect(given?.aborted).to.equal(false);
    await clock.advance(1);
    await running;
    expect(given?.aborted).to.equal(true);
    expect(logger.complaints).to.include('work under way was given up');
  });

  it('refuses to run twice', async () => {
    const controller = create();
    const running = controller.run(stop.signal);
    const second = await controller.run(stop.signal).catch((error: unknown) => error);
    expect(second).to.have.property('message', 'a controller runs once');
    stop.abort();
    await running;
  });
});
