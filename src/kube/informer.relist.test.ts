/** What an informer does about events that its watch never told, and what it says of the time in which it saw nothing. */
import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import {
  bookmark,
  cut,
  event,
  object,
  page,
  ScriptedServer,
  status,
  watch,
  type Step,
} from '../testing/kube/scripted-server.ts';
import { until } from '../testing/kube/until.ts';
import { connect, type Cluster } from './client.ts';
import { Informer, type InformerOptions } from './informer.ts';

const HOUR = 3_600_000;

describe('informer beside its watch', () => {
  let server: ScriptedServer;
  let cluster: Cluster;
  let stop: AbortController;
  let running = Promise.resolve();
  let logger: RecordingLogger;
  let clock: ManualClock;
  let changes: string[];
  let open: ServerResponse | undefined;

  beforeEach(async () => {
    server = await ScriptedServer.start();
    cluster = connect({ kubeconfig: await server.kubeconfig() });
    stop = new AbortController();
    logger = new RecordingLogger();
    clock = new ManualClock();
    changes = [];
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await cluster.close();
    await server.stop();
  });

  function start(options: Partial<InformerOptions<number>> = {}): Informer<number> {
    const informer = new Informer<number>({
      source: { name: 'things', path: '/api/v1/things' },
      project: (item) => (item as { value: number }).value,
      api: cluster,
      clock,
      logger,
      random: () => 0,
      idleMs: 10 * HOUR,
      relistMs: HOUR,
      ...options,
    });
    informer.onChange((key, { type }) => changes.push(`${type} ${key}`));
    running = informer.run(stop.signal);
    return informer;
  }

  /** A watch that the test goes on writing to. */
  const held: Step = (response, request) => {
    open = response;
    watch()(response, request);
  };
  const tell = (...text: readonly string[]): void => void open?.write(text.join(''));
  const requests = (n: number): Promise<void> => until(`${n} requests`, () => server.requests.length >= n);
  /** For what must not happen: as long as a loopback connection takes, and then some. */
  const pause = (): Promise<unknown> => sleep(50);

  /** Two objects and a watch, and then the list that is read beside it. */
  async function relisted(
    list: Step,
    options: Partial<InformerOptions<number>> = {},
  ): Promise<Informer<number>> {
    server.play(page([object('a', 1), object('b', 1)], '10'), held, list);
    const informer = start(options);
    await requests(2);
    await until('the watch', () => informer.state.kind === 'watching');
    await pause();
    changes.length = 0;
    await clock.advance(HOUR * 0.75);
    await requests(3);
    await pause();
    return informer;
  }

  it('puts right, counts and names what the watch has passed without telling', async () => {
    const list = page([object('a', 7, 'uid-a', '15'), object('c', 3, 'uid-c', '16')], '20');
    const informer = await relisted(list);
    expect(changes, 'not before the watch is there').to.deep.equal([]);
    tell(bookmark('19'));
    await pause();
    expect(changes, 'nor when it is nearly there').to.deep.equal([]);
    tell(bookmark('20'));
    await until('the corrections', () => changes.length === 3);
    expect(changes).to.have.members(['updated ns/a', 'added ns/c', 'deleted ns/b']);
    expect([informer.get('ns/a'), informer.get('ns/c'), informer.size]).to.deep.equal([7, 3, 2]);
    expect(informer.stats).to.include({ missedEvents: 3, relists: 1, watchRestarts: 0, failure: undefined });
    expect(logger.complaints).to.deep.equal(['the watch had missed events']);
    const fields = logger.lines.find(({ level }) => level === 'warn')?.fields;
    expect(fields).to.deep.include({ informer: 'things', objects: 3 });
    expect(fields?.['keys']).to.have.members(['ns/a', 'ns/b', 'ns/c']);
  });

  it('takes a watch that is merely late for no culprit, and the later event for the truth', async () => {
    const list = page([object('a', 7, 'uid-a', '15'), object('c', 3, 'uid-c', '16')], '20');
    const informer = await relisted(list);
    tell(
      event('MODIFIED', object('a', 7, 'uid-a', '15')),
      event('ADDED', object('c', 3, 'uid-c', '16')),
      event('DELETED', object('b', 1, 'uid-b', '18')),
      event('MODIFIED', object('a', 8, 'uid-a', '21')),
    );
    await until('the last event', () => informer.get('ns/a') === 8);
    expect(changes).to.deep.equal(['updated ns/a', 'added ns/c', 'deleted ns/b', 'updated ns/a']);
    expect(informer.stats.missedEvents).to.equal(0);
    expect(logger.complaints).to.deep.equal([]);
  });

  it('believes the watch about what changes while the list is read', async () => {
    let answer: (() => void) | undefined;
    const slow: Step = (response, request) => {
      answer = () => page([object('a', 1)], '20')(response, request);
    };
    const informer = await relisted(slow);
    tell(event('ADDED', object('c', 3, 'uid-c', '21')), event('MODIFIED', object('b', 2, 'uid-b', '22')));
    await until('the change', () => informer.get('ns/b') === 2);
    answer?.();
    await pause();
    tell(bookmark('30'));
    await pause();
    expect([...informer.keys()]).to.deep.equal(['ns/a', 'ns/b', 'ns/c']);
    expect(informer.stats.missedEvents).to.equal(0);
  });

  it('counts a recreated object once, as deleted and added', async () => {
    const informer = await relisted(page([object('a', 1), object('b', 1, 'other', '15')], '20'));
    tell(bookmark('20'));
    await until('the corrections', () => changes.length === 2);
    expect(changes).to.deep.equal(['deleted ns/b', 'added ns/b']);
    expect(informer.stats.missedEvents).to.equal(1);
  });

  it('gives a quiet watch the life of another one to tell', async () => {
    const quiet = Array.from({ length: 4 }, () => watch());
    server.play(page([object('a', 1)], '10'), ...quiet, page([], '20'), watch(), watch());
    const informer = start({ idleMs: 90_000, relistMs: 400_000 });
    const deletedAt: number[] = [];
    informer.onChange(() => informer.size === 0 && deletedAt.push(clock.now()));
    const begun = clock.now();
    for (let step = 0; step < 60 && deletedAt.length === 0; step++) {
      await clock.advance(10_000);
      await sleep(10);
    }
    // Listed after 300 s; the watch of that time ends after 360 s, and the first that began since after 450 s.
    expect((deletedAt[0] ?? 0) - begun).to.be.within(440_000, 480_000);
    expect(informer.stats.missedEvents).to.equal(1);
  });

  it('does without the list when it fails, and does not call that a failure of the watch', async () => {
    const informer = await relisted(status(503, 'ServiceUnavailable', 'not now'));
    expect(logger.complaints).to.deep.equal(['could not list to see what the watch has missed']);
    expect(informer.stats).to.include({ failure: undefined, blindSince: undefined, missedEvents: 0 });
    tell(bookmark('20'));
    await pause();
    expect([...informer.keys()]).to.deep.equal(['ns/a', 'ns/b']);
  });

  it('neither reads nor keeps what is not accepted, whoever tells of it', async () => {
    const read: unknown[] = [];
    const informer = await relisted(page([object('a', 1), object('b', 9, 'uid-b', '15')], '20'), {
      accepts: (key) => key !== 'ns/b',
      project: (item) => {
        read.push((item as { metadata: { name: string } }).metadata.name);
        return 1;
      },
    });
    tell(event('MODIFIED', object('b', 2, 'uid-b', '21')), event('DELETED', object('b', 2, 'uid-b', '22')));
    tell(event('ADDED', object('c', 2, 'uid-c', '23')));
    await until('the accepted one', () => informer.size === 2);
    expect([...informer.keys()]).to.deep.equal(['ns/a', 'ns/c']);
    expect(read).to.deep.equal(['a', 'c']);
    expect(informer.stats).to.include({ missedEvents: 0, projectionFailures: 0 });
  });

  it('is blind from the last contact on until the server accepts a watch again', async () => {
    const informer = start();
    const contact = clock.now();
    server.play(page([object('a', 1)], '10'), held);
    await until('the watch', () => open !== undefined);
    await pause();
    expect(informer.stats).to.include({ lastContactAt: contact, blindSince: undefined });
    await clock.advance(60_000);
    const busy = status(503, 'ServiceUnavailable', 'wait', { 'retry-after': '60' });
    server.play(status(410, 'Expired', 'too old'), page([object('a', 1)], '20'), busy, held);
    open?.socket?.resetAndDestroy();
    await until('the failure', () => informer.stats.failure !== undefined);
    expect(informer.stats.blindSince).to.equal(contact);
    for (let n = 3; n <= 5; n++) {
      await clock.advance(1);
      await requests(n);
    }
    await until('the long wait', () => informer.state.kind === 'backingOff');
    expect(informer.stats.blindSince, 'a list is no watch').to.equal(contact);
    await clock.advance(61_000);
    await requests(6);
    await until('the end of it', () => informer.stats.blindSince === undefined);
    expect(informer.stats.failure).to.equal(undefined);
  });

  it('has been blind from the beginning when no list has ever been answered', async () => {
    const begun = clock.now();
    server.play(cut);
    const informer = start();
    await until('the failure', () => informer.stats.failure !== undefined);
    expect(informer.stats.blindSince).to.equal(begun);
  });
});
