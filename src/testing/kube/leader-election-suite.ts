/**
 * What an election must do on any API server that keeps its promises. Runs on the fake, where time is made, and on a
 * real one, where it passes; so no bound here is tighter than a lease duration.
 */
import { expect } from 'chai';
import type { Clock } from '../../kube/clock.ts';
import { LeaderElector } from '../../kube/leader-election.ts';
import type { LeaseApi, LeaseObject } from '../../kube/lease.ts';
import { FaultyLeases, REFUSED } from './faulty-leases.ts';
import { RecordingLogger } from './recording-logger.ts';

/** The server and its time. The Lease does not exist at the start of a test. */
export interface ElectionWorld {
  readonly api: LeaseApi;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** Lets time pass until the condition holds; throws after 15 s. */
  waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  remove(): Promise<void>;
}

/** Whole seconds for the lease, so that what is written is what is meant; the rest as slow as a busy machine. */
const TIMINGS = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 250 };

interface Replica {
  readonly elector: LeaderElector;
  readonly line: FaultyLeases;
  readonly logger: RecordingLogger;
  readonly told: boolean[];
  stop(): Promise<void>;
}

/** A Lease as the tests look at it. */
interface Seen extends LeaseObject {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly acquireTime?: unknown;
    readonly renewTime?: unknown;
    readonly leaseTransitions?: number;
  };
}

/** Adds the tests to the current `describe`. */
export function leaderElectionSuite(world: () => ElectionWorld): void {
  let replicas: Replica[];

  beforeEach(() => {
    replicas = [];
  });
  afterEach(() => Promise.all(replicas.map((each) => each.stop())));

  function start(identity: string): Replica {
    const { api, clock, namespace, name } = world();
    const line = new FaultyLeases(api, clock);
    const logger = new RecordingLogger();
    const elector = new LeaderElector({ api: line, clock, logger, namespace, name, identity, ...TIMINGS });
    const told: boolean[] = [];
    elector.onChange((leading) => told.push(leading));
    const stopping = new AbortController();
    const running = elector.run(stopping.signal);
    const stop = (): Promise<void> => {
      stopping.abort();
      return running;
    };
    const replica = { elector, line, logger, told, stop };
    replicas.push(replica);
    return replica;
  }

  const leaders = (): Replica[] => replicas.filter(({ elector }) => elector.leading);

  async function onlyLeader(): Promise<Replica> {
    await world().waitFor('a leader', () => leaders().length > 0);
    expect(leaders()).to.have.length(1);
    return leaders()[0]!;
  }

  async function leading(identity: string): Promise<Replica> {
    const replica = start(identity);
    await world().waitFor(`${identity} leads`, () => replica.elector.leading);
    return replica;
  }

  async function read(): Promise<Seen> {
    const { api, namespace, name } = world();
    return api.readNamespacedLease({ namespace, name });
  }

  /** Changes the Lease by hand, again if somebody else was faster. */
  async function edit(change: (lease: Seen) => LeaseObject): Promise<void> {
    const { api, namespace, name } = world();
    await world().waitFor('the edit', async () => {
      const body = change(await read());
      return api.replaceNamespacedLease({ namespace, name, body }).then(
        () => true,
        () => false,
      );
    });
  }

  it('has exactly one leader when three start at once, and all know who it is', async () => {
    for (const identity of ['a', 'b', 'c']) start(identity);
    const { elector } = await onlyLeader();
    const { spec } = await read();
    expect(spec).to.include({ leaseDurationSeconds: 3, leaseTransitions: 0 });
    expect(String(spec?.renewTime)).to.match(/\.\d{6}Z$/);
    const holder = spec?.holderIdentity;
    expect(elector.holder).to.equal(holder);
    await world().waitFor('all see the holder', () =>
      replicas.every((each) => each.elector.holder === holder),
    );
    expect(leaders()).to.have.length(1);
    expect(replicas.flatMap(({ logger }) => logger.complaints)).to.deep.equal([]);
  });

  it('keeps its leader by renewal for longer than the lease lasts', async () => {
    const leader = await leading('a');
    const before = (await read()).spec;
    start('b');
    await world().pass(2 * TIMINGS.leaseDurationMs);
    expect(leader.elector.leading).to.equal(true);
    expect(leader.told).to.deep.equal([true]);
    const after = (await read()).spec;
    expect(after?.acquireTime).to.deep.equal(before?.acquireTime);
    expect(String(after?.renewTime) > String(before?.renewTime)).to.equal(true);
    expect(after?.leaseTransitions).to.equal(0);
  });

  it('replaces a leader that cannot renew, only after it has stopped to lead', async () => {
    const first = await leading('a');
    const { acquireTime } = (await read()).spec ?? {};
    const second = start('b');
    second.elector.onChange(() => expect(first.elector.leading).to.equal(false));
    await world().waitFor('b sees a', () => second.elector.holder === 'a');
    first.line.fate = () => REFUSED;
    await world().waitFor('b leads', () => second.elector.leading);
    expect(first.told).to.deep.equal([true, false]);
    expect(first.elector.failure).to.be.instanceOf(Error);
    const { spec } = await read();
    expect(spec).to.include({ holderIdentity: 'b', leaseTransitions: 1 });
    expect(String(spec?.acquireTime) > String(acquireTime)).to.equal(true);

    first.line.fate = () => ({ arrives: 0, answers: 0 });
    await world().waitFor('a follows b', () => first.elector.holder === 'b');
    expect(first.elector.failure).to.equal(undefined);
    expect(first.elector.leading).to.equal(false);
    expect(second.logger.complaints).to.deep.equal([]);
  });

  it('hands the lease over when the leader stops, well before it would expire', async () => {
    const first = await leading('a');
    const second = start('b');
    await world().waitFor('b sees a', () => second.elector.holder === 'a');
    const since = world().clock.monotonic();
    await first.stop();
    expect(first.told).to.deep.equal([true, false]);
    expect(first.elector.leading).to.equal(false);
    await world().waitFor('b leads', () => second.elector.leading);
    expect(world().clock.monotonic() - since).to.be.lessThan(TIMINGS.leaseDurationMs);
    expect((await read()).spec?.leaseTransitions).to.equal(1);
  });

  it('leaves a lease behind that nobody holds when the last one stops', async () => {
    const only = await leading('a');
    await only.stop();
    expect(only.elector.holder).to.equal(undefined);
    expect((await read()).spec).to.include({ holderIdentity: '', leaseDurationSeconds: 1 });
  });

  it('creates a Lease anew that was deleted, with the same leader', async () => {
    const leader = await leading('a');
    const other = start('b');
    await world().waitFor('b sees a', () => other.elector.holder === 'a');
    await world().remove();
    await world().waitFor('the new Lease', async () =>
      read().then(
        ({ spec }) => spec?.holderIdentity === 'a',
        () => false,
      ),
    );
    expect(leader.told).to.deep.equal([true]);
    expect(other.told).to.deep.equal([]);
    expect(leader.logger.complaints).to.deep.equal([]);
  });

  it('ends at once when somebody else is written into the lease, and comes back when that one stays silent', async () => {
    const leader = await leading('a');
    await edit((lease) => ({ ...lease, spec: { ...lease.spec, holderIdentity: 'stranger' } }));
    await world().waitFor('a follows', () => !leader.elector.leading);
    expect(leader.elector.holder).to.equal('stranger');
    const since = world().clock.monotonic();
    await world().waitFor('a leads again', () => leader.elector.leading);
    expect(world().clock.monotonic() - since).to.be.greaterThan(TIMINGS.renewDeadlineMs);
    expect(leader.told).to.deep.equal([true, false, true]);
    expect((await read()).spec?.leaseTransitions).to.equal(1);
    expect(leader.logger.complaints).to.deep.equal([]);
  });

  it('takes a Lease without a spec, and leaves its labels as they are', async () => {
    const { api, namespace, name } = world();
    const body = { metadata: { namespace, name, labels: { team: 'mesh' } } };
    await api.createNamespacedLease({ namespace, body });
    await leading('a');
    await world().pass(3 * TIMINGS.retryPeriodMs);
    const { metadata, spec } = await read();
    expect(metadata?.labels).to.deep.equal({ team: 'mesh' });
    expect(spec?.holderIdentity).to.equal('a');
  });

  it('lets one of two win the race for an expired lease', async () => {
    const first = await leading('a');
    start('b');
    start('c');
    await world().waitFor('both see a', () => replicas.every(({ elector }) => elector.holder === 'a'));
    first.line.fate = () => REFUSED;
    await world().waitFor('a has lost', () => !first.elector.leading);
    const { elector } = await onlyLeader();
    await world().waitFor('the others know', () =>
      replicas.slice(1).every((each) => each.elector.holder === elector.holder),
    );
    expect(leaders()).to.have.length(1);
    expect(replicas.slice(1).flatMap(({ logger }) => logger.complaints)).to.deep.equal([]);
  });
}
