import { expect } from 'chai';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { GROUP, page, ScriptedGroup, status } from '../testing/kube/scripted-group.ts';
import { DiscoveredListWatch, type DiscoveredListWatchOptions } from './discovered-list-watch.ts';
import { UnreachableError } from './errors.ts';
import { Informer, type InformerOptions } from './informer.ts';

const MINUTE = 60_000;
const POLL = 30_000;
const CONFIRM = 5000;

describe('a discovered resource', () => {
  let server: ScriptedGroup;
  let clock: ManualClock;
  let logger: RecordingLogger;
  let stop: AbortController;
  let running: Promise<void>;
  let changes: string[];
  let discovered: DiscoveredListWatch;

  beforeEach(() => {
    server = new ScriptedGroup();
    clock = new ManualClock();
    logger = new RecordingLogger();
    stop = new AbortController();
    running = Promise.resolve();
    changes = [];
  });
  afterEach(async () => {
    stop.abort();
    await running;
    expect(clock.sleepers, 'nothing outlives the signal').to.equal(0);
  });

  /** Starts an informer and lets it come to rest; random is as unlucky as can be. */
  async function start(
    options: Partial<InformerOptions<true>> = {},
    rest: Partial<DiscoveredListWatchOptions> = {},
  ): Promise<Informer<true>> {
    const api = new DiscoveredListWatch({ api: server, clock, group: GROUP, resource: 'things', ...rest });
    discovered = api;
    const source = { name: 'things', path: api.path };
    const random = (): number => 0.999;
    const informer = new Informer<true>({
      source,
      api,
      clock,
      logger,
      random,
      project: () => true,
      ...options,
    });
    informer.onChange((key, { type }) => changes.push(`${type} ${key}`));
    running = informer.run(stop.signal);
    await settle();
    return informer;
  }

  /** Restarts the record of what happens, after a minute in which nothing of interest does. */
  async function forgetThePast(): Promise<void> {
    await clock.advance(MINUTE);
    server.calls = [];
    changes = [];
  }

  describe('that is absent', () => {
    it('is synced and empty, without a complaint, and asks once in a while', async () => {
      const informer = await start();
      expect([informer.synced, informer.size]).to.deep.equal([true, 0]);
      server.calls = [];
      await clock.advance(10 * MINUTE);
      expect(server.calls).to.deep.equal(Array(20).fill('group'));
      expect(informer.stats).to.include({ relists: 0, watchRestarts: 0, failure: undefined });
      expect(informer.stats.lastContactAt).to.equal(clock.now());
      expect(logger.lines).to.deep.equal([]);
    });

    const APPEARANCES: Record<string, { readonly before?: readonly string[]; readonly idleMs?: number }> = {
      'is seen within a poll of its appearance': {},
      'is seen within a poll when its group was there for others': { before: ['v1'] },
      'is seen although silence ends the watch before the next poll': { idleMs: 20_000 },
    };
    for (const [what, { before = [], ...options }] of Object.entries(APPEARANCES)) {
      it(what, async () => {
        server.versions = before;
        const informer = await start(options);
        await clock.advance(5 * MINUTE + 1);
        expect([informer.synced, informer.size]).to.deep.equal([true, 0]);
        server.serve('v1', 'a');
        await clock.advance(POLL);
        expect(changes).to.deep.equal(['added a']);
        expect(server.calls.at(-1)).to.equal('watch v1 10');
        expect(logger.complaints).to.deep.equal([]);
      });
    }

    it('is not there for a reader that may not list it, and refused once it is', async () => {
      const informer = await start();
      server.serve('v1');
      server.things.set('v1', () => {
        throw status(403);
      });
      await clock.advance(POLL + MINUTE);
      expect(informer.refusal).to.have.property('code', 403);
      server.serve('v1', 'a');
      await clock.advance(MINUTE);
      expect([informer.refusal, informer.size]).to.deep.equal([undefined, 1]);
    });

    it('fails while the server is down, and no longer when it is back without the resource', async () => {
      const informer = await start();
      server.failure = new UnreachableError('https://10.0.0.1', undefined);
      await clock.advance(POLL);
      expect(informer.stats.failure).to.equal(server.failure);
      server.failure = undefined;
      await clock.advance(MINUTE);
      expect(informer.stats).to.include({ failure: undefined, relists: 0 });
    });
  });

  describe('that is there', () => {
    it('is watched at the preferred version, from the version of the list', async () => {
      server.versions = ['v2', 'v1'];
      server.things.set('v2', () => page(['a'])).set('v1', () => page(['a']));
      const informer = await start();
      expect([...informer.keys()]).to.deep.equal(['a']);
      expect(server.calls).to.deep.equal(['group', 'list v2', 'group', 'list v2', 'watch v2 10']);
    });

    it('is watched at another version when the preferred one of its group lacks it', async () => {
      server.versions = ['v2', 'v1'];
      server.things.set('v1', () => page(['a']));
      const informer = await start();
      expect(informer.size).to.equal(1);
      expect(server.calls.at(-1)).to.equal('watch v1 10');
    });

    it('passes the query of the informer on, and looks it up with a single object', async () => {
      const queries: unknown[] = [];
      server.serve('v1');
      server.things.set('v1', (query) => {
        queries.push(query);
        return page([]);
      });
      await start({ source: { name: 'things', path: '', labelSelector: 'a=b' } });
      expect(queries).to.deep.equal([{ limit: '100', labelSelector: 'a=b' }, { limit: '1' }]);
    });

    const ENDINGS: Record<
      string,
      { change: () => void; waits?: number; calls: readonly string[]; changes?: readonly string[] }
    > = {
      'is watched on when a watch ends': {
        change: () => server.endWatch(),
        calls: ['group', 'list v1', 'watch v1 10'],
      },
      'is listed again at its new version': {
        change: () => {
          server.serve('v2', 'a', 'b');
          server.endWatch();
        },
        calls: ['group', 'list v2', 'group', 'list v2', 'group', 'list v2', 'watch v2 10'],
        changes: ['added b'],
      },
      'is empty once its definition is gone for certain': {
        change: () => server.forget(),
        waits: CONFIRM,
        calls: ['group', 'group', 'group', 'group'],
        changes: ['deleted a'],
      },
      'is kept while its absence is in doubt': {
        change: () => server.forget(),
        waits: CONFIRM - 1,
        calls: ['group'],
      },
    };
    for (const [what, { change, waits = 0, calls, changes: expected = [] }] of Object.entries(ENDINGS)) {
      it(what, async () => {
        server.serve('v1', 'a');
        const informer = await start();
        await forgetThePast();
        change();
        await settle();
        await clock.advance(waits);
        expect(server.calls).to.deep.equal(calls);
        expect(changes).to.deep.equal(expected);
        expect(logger.complaints).to.deep.equal([]);
        expect(informer.synced).to.equal(true);
      });
    }

    it('loses no object when a server that has just started does not know it yet', async () => {
      server.serve('v1', 'a');
      await start();
      await forgetThePast();
      server.forget();
      await clock.advance(1000);
      server.serve('v1', 'a');
      await clock.advance(CONFIRM);
      expect(server.calls).to.deep.equal(['group', 'group', 'list v1', 'watch v1 10']);
      expect(changes).to.deep.equal([]);
    });

    it('comes back after it has gone', async () => {
      server.serve('v1', 'a');
      await start();
      await forgetThePast();
      server.forget();
      await clock.advance(MINUTE);
      server.serve('v1', 'b');
      await clock.advance(POLL);
      expect(changes).to.deep.equal(['deleted a', 'added b']);
    });

    it('is listed again when its watch answers 404', async () => {
      server.serve('v1', 'a');
      server.watchFailure = status(404);
      const informer = await start();
      server.watchFailure = undefined;
      await clock.advance(1000);
      expect(informer.stats.relists).to.be.within(1, 2);
      expect(server.calls.at(-1)).to.equal('watch v1 10');
    });

    it('fails as usual when its watch fails otherwise', async () => {
      server.serve('v1', 'a');
      server.watchFailure = status(500);
      const informer = await start();
      expect(informer.stats).to.include({ failure: server.watchFailure, relists: 0 });
    });

    it('takes no page that is gone for the last one, and lists from the start', async () => {
      let pages = 0;
      server.serve('v1');
      server.things.set('v1', ({ continue: token }) => {
        if (token === undefined) return page(['a'], 'more');
        pages += 1;
        if (pages === 1) throw status(404);
        return page(['b']);
      });
      const informer = await start();
      expect([...informer.keys()]).to.deep.equal(['a', 'b']);
      expect([pages, informer.stats.relists]).to.deep.equal([2, 1]);
    });

    it('is refused when the list is', async () => {
      server.serve('v1');
      server.things.set('v1', () => {
        throw status(403);
      });
      const informer = await start();
      await clock.advance(MINUTE);
      expect(informer.refusal).to.have.property('code', 403);
      expect(informer.synced).to.equal(false);
    });
  });

  describe('whose presence is asked for', () => {
    let told: string[];
    beforeEach(() => {
      told = [];
    });
    const ask = (rest: Partial<DiscoveredListWatchOptions> = {}): Promise<Informer<true>> =>
      start({}, { onPresence: () => told.push(discovered.presence), ...rest });

    it('is unknown until its list is complete', async () => {
      server.serve('v1');
      server.things.set('v1', ({ continue: token }) => {
        if (token === undefined) return page(['a'], 'more');
        throw status(500);
      });
      await ask();
      expect([discovered.presence, told]).to.deep.equal(['unknown', []]);
      server.serve('v1', 'a');
      await clock.advance(MINUTE);
      expect([discovered.presence, told]).to.deep.equal(['present', ['present']]);
    });

    it('is told once whenever it comes or goes', async () => {
      await ask();
      server.serve('v1', 'a');
      await clock.advance(5 * MINUTE);
      server.forget();
      await clock.advance(5 * MINUTE);
      expect(told).to.deep.equal(['absent', 'present', 'absent']);
    });

    it('is absent in every version but the one that will do', async () => {
      server.versions = ['v2', 'v1'];
      server.things.set('v2', () => page(['a'])).set('v1', () => page(['b']));
      const informer = await ask({ version: 'v1' });
      expect([...informer.keys()]).to.deep.equal(['b']);
      server.serve('v2', 'a');
      server.endWatch();
      await clock.advance(MINUTE);
      expect([informer.size, ...told]).to.deep.equal([0, 'present', 'absent']);
    });
  });
});
