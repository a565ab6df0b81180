import { expect } from 'chai';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { Informer, type InformerOptions } from './informer.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import {
  bookmark,
  cut,
  cutWatch,
  endingWatch,
  event,
  object,
  page,
  ScriptedServer,
  status,
  watch,
} from '../testing/kube/scripted-server.ts';
import { until } from '../testing/kube/until.ts';

const value = (item: unknown): number => {
  const read = (item as { value?: unknown }).value;
  if (typeof read !== 'number') throw new Error('no value');
  return read;
};

describe('informer', () => {
  let server: ScriptedServer;
  let cluster: Cluster;
  let stop: AbortController;
  let running = Promise.resolve();
  let logger: RecordingLogger;
  let changes: string[];

  beforeEach(async () => {
    server = await ScriptedServer.start();
    cluster = connect({ kubeconfig: await server.kubeconfig() });
    stop = new AbortController();
    logger = new RecordingLogger();
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
      source: { name: 'things', path: '/api/v1/things', labelSelector: 'a=b' },
      project: value,
      api: cluster,
      clock: systemClock,
      logger,
      random: () => 0,
      ...options,
    });
    informer.onChange((key, { type }) => changes.push(`${type} ${key}`));
    running = informer.run(stop.signal);
    return informer;
  }

  /** The requests so far, each as list or watch with where it started. */
  const calls = (): string[] =>
    server.requests.map(({ query: { watch: watching, continue: token = '', resourceVersion = '' } }) =>
      watching === 'true' ? `watch ${resourceVersion}` : `list ${token}`.trim(),
    );

  const requests = (n: number): Promise<void> => until(`${n} requests`, () => server.requests.length >= n);

  it('reads all pages and then watches from the version of the list', async () => {
    server.play(page([object('a', 1)], '10', 'token'), page([object('b', 2)], '10'), watch());
    const informer = start();
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    await requests(3);
    expect(calls()).to.deep.equal(['list', 'list token', 'watch 10']);
    expect([[...informer.keys()], [...informer.values()]]).to.deep.equal([
      ['ns/a', 'ns/b'],
      [1, 2],
    ]);
    expect(server.requests[0]?.query).to.deep.equal({ limit: '100', labelSelector: 'a=b' });
    expect(server.requests[2]?.query).to.deep.equal({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '10',
      timeoutSeconds: '300',
      labelSelector: 'a=b',
    });
  });

  it('tells of additions, updates and deletions, and not of updates that change no fact', async () => {
    server.play(
      page([object('a', 1)], '10'),
      watch(
        event('MODIFIED', object('a', 1, 'uid-a', '11')),
        event('MODIFIED', object('a', 2, 'uid-a', '12')),
        event('ADDED', object('b', 1, 'uid-b', '13')),
        event('DELETED', object('a', 2, 'uid-a', '14')),
      ),
    );
    const informer = start();
    await until('the deletion', () => informer.get('ns/a') === undefined && informer.size === 1);
    expect(changes).to.deep.equal(['added ns/a', 'updated ns/a', 'added ns/b', 'deleted ns/a']);
  });

  it('resumes after a cut connection where it was, without listing again', async () => {
    server.play(
      page([object('a', 1)], '10'),
      cutWatch(event('MODIFIED', object('a', 2, 'uid-a', '11'))),
      cut,
      watch(event('MODIFIED', object('a', 3, 'uid-a', '12'))),
    );
    const informer = start();
    await until('the second update', () => informer.get('ns/a') === 3);
    expect(calls()).to.deep.equal(['list', 'watch 10', 'watch 11', 'watch 11']);
    expect(informer.stats).to.include({ watchRestarts: 2, relists: 0, failure: undefined });
    expect(logger.complaints).to.deep.equal(Array(2).fill('list or watch failed, trying again'));
  });

  it('resumes at a bookmark', async () => {
    server.play(page([], '10'), endingWatch(bookmark('99')), watch());
    start();
    await requests(3);
    expect(calls()).to.deep.equal(['list', 'watch 10', 'watch 99']);
    expect([...changes, ...logger.complaints]).to.deep.equal([]);
  });

  it('starts the list over on 410 in its middle, and deletes nothing before the last page', async () => {
    server.play(
      page([object('a', 1), object('b', 1)], '10'),
      cutWatch(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })),
      page([object('b', 1)], '20', 'token'),
      status(410, 'Expired', 'the continue token is too old'),
      page([object('b', 1)], '30', 'other'),
      page([object('c', 1)], '30'),
      watch(),
    );
    const informer = start();
    await requests(7);
    expect(calls()).to.deep.equal([
      'list',
      'watch 10',
      'list',
      'list token',
      'list',
      'list other',
      'watch 30',
    ]);
    expect(changes).to.deep.equal(['added ns/a', 'added ns/b', 'added ns/c', 'deleted ns/a']);
    expect(informer.stats.relists).to.equal(2);
  });

  it('lists again at once on a first 410, and backs off when 410 repeats without progress', async () => {
    const gone = status(410, 'Expired', 'too old resource version');
    server.play(page([], '10'), gone, page([], '20'), gone);
    const informer = start({ random: () => 0.999 });
    await until('backing off', () => informer.state.kind === 'backingOff');
    expect(calls()).to.deep.equal(['list', 'watch 10', 'list', 'watch 20']);
    expect(logger.complaints).to.have.length(1);
  });

  it('takes half a line at the end of a watch for an error, and resumes before it', async () => {
    const line = event('ADDED', object('a', 1, 'uid-a', '11'));
    server.play(page([], '10'), endingWatch(line.slice(0, 20)), watch(line));
    const informer = start();
    await until('the object', () => informer.get('ns/a') === 1);
    expect(calls().slice(1)).to.deep.equal(['watch 10', 'watch 10']);
    expect(logger.lines.map(({ fields }) => fields['error'])).to.include(
      'the watch ended in the middle of a line',
    );
  });

  it('takes events of unknown type and lines without sense for errors', async () => {
    server.play(page([], '10'), watch(event('WHAT', {})), watch('{"type":\n'), watch('null\n'), watch());
    start();
    await requests(5);
    expect(logger.complaints).to.have.length(3);
    expect(calls().slice(1)).to.deep.equal(Array(4).fill('watch 10'));
  });

  it('reports an object recreated in between as a deletion and an addition', async () => {
    server.play(
      page([object('a', 1, 'first')], '10'),
      endingWatch(event('ERROR', { code: 410 })),
      page([object('a', 1, 'second')], '20'),
      watch(),
    );
    start();
    await requests(4);
    expect(changes).to.deep.equal(['added ns/a', 'deleted ns/a', 'added ns/a']);
  });

  it('reopens a watch that has been silent for too long', async () => {
    server.play(page([], '10'), watch(bookmark('11')), watch());
    start({ idleMs: 40 });
    await requests(3);
    expect(calls()).to.deep.equal(['list', 'watch 10', 'watch 11']);
    expect(logger.complaints).to.deep.equal([]);
  });

  it('goes on when a handler throws, and counts it', async () => {
    server.play(page([object('a', 1)], '10'), watch(event('ADDED', object('b', 1, 'uid-b', '11'))));
    const informer = start();
    const later: string[] = [];
    informer.onChange(() => {
      throw new Error('oops');
    });
    informer.onChange((key) => later.push(key));
    await until('both objects', () => informer.size === 2);
    expect(informer.stats.handlerFailures).to.equal(2);
    expect(later).to.deep.equal(['ns/a', 'ns/b']);
    expect(logger.complaints).to.deep.equal(Array(2).fill('a change handler failed'));
  });

  it('keeps the last facts of an object it can no longer read, and goes on', async () => {
    server.play(
      page([object('a', 1), { metadata: { name: 'odd' } }, { nameless: true }], '10'),
      watch(
        event('MODIFIED', { metadata: { namespace: 'ns', name: 'a', uid: 'uid-a', resourceVersion: '11' } }),
        event('ADDED', object('b', 2, 'uid-b', '12')),
      ),
    );
    const informer = start();
    await until('the second object', () => informer.get('ns/b') === 2);
    expect([...informer.values()]).to.deep.equal([1, 2]);
    expect(informer.stats.projectionFailures).to.equal(3);
    expect(logger.lines.map(({ fields }) => fields['key'])).to.deep.equal(['odd', undefined, 'ns/a']);
  });

  it('waits as long as the server asks', async () => {
    server.play(status(429, 'TooManyRequests', 'slow down', { 'retry-after': '7' }));
    const informer = start();
    await until('backing off', () => informer.state.kind === 'backingOff');
    expect(informer.state)
      .to.have.property('until')
      .that.is.within(Date.now() + 5000, Date.now() + 7000);
    expect(informer.state).to.have.property('error', informer.stats.failure);
  });

  it('resolves waitForSync with false, and run, when stopped before the first list', async () => {
    server.play(status(503, 'ServiceUnavailable', 'not yet', { 'retry-after': '60' }));
    const informer = start();
    const synced = informer.waitForSync(stop.signal);
    await until('backing off', () => informer.state.kind === 'backingOff');
    stop.abort();
    expect(await synced).to.equal(false);
    await running;
    expect(informer.state.kind).to.equal('stopped');
  });
});
