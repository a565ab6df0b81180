/**
 * What an informer does on any server, and what any ListWatch must do for it: the same sentences for the real API server
 * and for the one in memory, so that tests with the latter can be believed.
 */
import { expect } from 'chai';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../kube/clock.ts';
import { Informer, type InformerOptions } from '../../kube/informer.ts';
import type { ListWatch } from '../../kube/list-watch.ts';
import { BreakableLine } from './breakable-line.ts';
import { RecordingLogger } from './recording-logger.ts';
import { until } from './until.ts';

/** A server with one collection of objects that have a label and `data.value`. */
export interface World {
  readonly api: ListWatch;
  readonly path: string;
  /** Creates the object, or changes the value of the one that is there. */
  write(name: string, value: string, labels: Readonly<Record<string, string>>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Defines the tests; `world` is asked for once each has begun. */
export function informerConformance(world: () => World): void {
  let line: BreakableLine;
  let stop: AbortController;
  let running: Promise<void>;
  let logger: RecordingLogger;
  let changes: string[];
  let label = '';
  let tests = 0;

  beforeEach(() => {
    line = new BreakableLine(world().api);
    stop = new AbortController();
    running = Promise.resolve();
    logger = new RecordingLogger();
    changes = [];
    label = `conformance-${++tests}`;
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const write = (name: string, value = '1'): Promise<void> =>
    world().write(`${label}-${name}`, value, { test: label });
  const remove = (name: string): Promise<void> => world().remove(`${label}-${name}`);
  const keyOf = (name: string): string => `default/${label}-${name}`;

  async function started(options: Partial<InformerOptions<unknown>> = {}): Promise<Informer<unknown>> {
    const informer = new Informer<unknown>({
      source: { name: 'things', path: world().path, labelSelector: `test=${label}` },
      project: (object) => (object as { data: { value: string } }).data.value,
      api: line,
      clock: systemClock,
      logger,
      random: () => 0.1,
      ...options,
    });
    informer.onChange((key, { type }) => changes.push(`${type} ${key.slice(key.lastIndexOf('-') + 1)}`));
    running = informer.run(stop.signal);
    await informer.waitForSync(stop.signal);
    await until('a watch', () => line.calls.some((call) => call.startsWith('watch')));
    return informer;
  }
  const has = (informer: Informer<unknown>, name: string, value: string | undefined): Promise<void> =>
    until(`${name} to be ${value}`, () => informer.get(keyOf(name)) === value);

  it('reads a list of several pages completely, and each object once', async () => {
    const names = Array.from({ length: 210 }, (_, index) => `n${index}`);
    await Promise.all(names.map((name) => write(name)));
    const informer = await started();
    expect([...informer.keys()].sort()).to.deep.equal(names.map(keyOf).sort());
    expect(changes.sort()).to.deep.equal(names.map((name) => `added ${name}`).sort());
    expect(line.calls.slice(0, 3)).to.deep.equal(['list', 'list next', 'list next']);
  });

  it('asks for bookmarks, and is told of what it selects and of nothing else', async () => {
    const informer = await started();
    await world().write(`${label}-other`, '1', { test: 'other' });
    await write('mine');
    await has(informer, 'mine', '1');
    expect(changes).to.deep.equal(['added mine']);
    expect(line.queries.at(-1)).to.include({ allowWatchBookmarks: 'true', labelSelector: `test=${label}` });
  });

  it('resumes after a gap with all that happened in it, in order and without a list', async () => {
    await write('kept');
    await write('changed');
    await write('deleted');
    await write('recreated', 'old');
    const informer = await started();
    changes.length = 0;
    line.break();
    await write('changed', '2');
    await remove('deleted');
    await remove('recreated');
    await write('recreated', 'new');
    await write('last');
    line.mend();
    await has(informer, 'last', '1');
    expect(changes).to.deep.equal([
      'updated changed',
      'deleted deleted',
      'deleted recreated',
      'added recreated',
      'added last',
    ]);
    expect(informer.get(keyOf('recreated'))).to.equal('new');
    expect(informer.stats).to.include({ relists: 0, failure: undefined, blindSince: undefined });
  });

  it('lists after a gap that history does not reach back to, and tells what has changed', async () => {
    await write('kept');
    await write('changed');
    await write('deleted');
    await write('recreated', 'same');
    const informer = await started();
    changes.length = 0;
    line.break();
    await write('changed', '2');
    await remove('deleted');
    await remove('recreated');
    await write('recreated', 'same');
    line.expireWatch();
    line.mend();
    await has(informer, 'deleted', undefined);
    expect(changes.sort()).to.deep.equal([
      'added recreated',
      'deleted deleted',
      'deleted recreated',
      'updated changed',
    ]);
    expect(informer.stats).to.include({ relists: 1, missedEvents: 0 });
    await write('later');
    await has(informer, 'later', '1');
  });

  it('starts a list over whose next page is gone', async () => {
    await Promise.all(Array.from({ length: 110 }, (_, index) => write(`n${index}`)));
    line.expirePage();
    const informer = await started();
    expect(informer.size).to.equal(110);
    expect(line.calls.slice(0, 4)).to.deep.equal(['list', 'list next', 'list', 'list next']);
    expect(informer.stats.relists).to.equal(1);
  });

  it('finds nothing missed by lists beside a busy watch', async () => {
    const informer = await started({ relistMs: 100 });
    for (let round = 0; informer.stats.relists < 5; round++) {
      await write(`n${round % 7}`, String(round));
      if (round % 5 === 4) await remove(`n${round % 7}`);
      // A server in memory leaves no turn to others.
      await setImmediate();
    }
    await write('last');
    await has(informer, 'last', '1');
    expect(informer.stats).to.include({ missedEvents: 0, watchRestarts: 0 });
    expect(logger.complaints).to.deep.equal([]);
  });

  it('ends with the reason of the abort, in the middle of a watch and before a list', async () => {
    await write('one');
    const reason = new Error('enough');
    const own = new AbortController();
    const list = (await line.list(world().path, {}, own)) as { metadata: { resourceVersion: string } };
    const { resourceVersion } = list.metadata;
    const events = await line.watch(world().path, { resourceVersion }, own);
    const iterator = events[Symbol.asyncIterator]();
    const reading = (async () => {
      while ((await iterator.next()).done !== true);
    })().catch((error: unknown) => error);
    own.abort(reason);
    expect(await reading).to.equal(reason);
    const listing = (async () => line.list(world().path, {}, own))();
    expect(await listing.catch((error: unknown) => error)).to.equal(reason);
  });
}
