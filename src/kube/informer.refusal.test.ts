/** What an informer does when the server says that it may not list or watch. */
import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { cut, object, page, ScriptedServer, status, watch } from '../testing/kube/scripted-server.ts';
import { until } from '../testing/kube/until.ts';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { Informer } from './informer.ts';

describe('informer, when it is refused', () => {
  let server: ScriptedServer;
  let cluster: Cluster;
  let stop: AbortController;
  let running = Promise.resolve();
  let changes: string[];

  beforeEach(async () => {
    server = await ScriptedServer.start();
    cluster = connect({ kubeconfig: await server.kubeconfig() });
    stop = new AbortController();
    changes = [];
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await cluster.close();
    await server.stop();
  });

  function start(): Informer<unknown> {
    const informer = new Informer<unknown>({
      source: { name: 'things', path: '/api/v1/things' },
      project: (item) => (item as { value: unknown }).value,
      api: cluster,
      clock: systemClock,
      logger: new RecordingLogger(),
      random: () => 0,
    });
    informer.onChange((key, { type }) => changes.push(`${type} ${key}`));
    running = informer.run(stop.signal);
    return informer;
  }

  it('answers waitForAnswer at a refusal, which ends when the list is allowed again', async () => {
    const forbidden = status(403, 'Forbidden', 'things is forbidden');
    server.play(...Array.from({ length: 5 }, () => forbidden), page([object('a', 1)], '10'), watch());
    const informer = start();
    const refusals: string[] = [];
    informer.onRefusal(() => refusals.push(informer.refusal === undefined ? 'over' : 'begun'));
    expect(informer.refusal).to.equal(undefined);
    expect(await informer.waitForAnswer(stop.signal)).to.equal(true);
    expect(informer.synced).to.equal(false);
    expect(informer.refusal).to.have.property('message', 'things is forbidden');
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    expect(informer.refusal).to.equal(undefined);
    expect(refusals, 'one refusal after the other is still the same').to.deep.equal(['begun', 'over']);
    expect(await informer.waitForAnswer(stop.signal), 'a list is an answer too').to.equal(true);
  });

  it('takes a refused watch for a refusal as well, and keeps what it knows', async () => {
    const unauthorized = status(401, 'Unauthorized', 'who are you');
    server.play(page([object('a', 1)], '10'), ...Array.from({ length: 4 }, () => unauthorized), watch());
    const informer = start();
    const refusals: unknown[] = [];
    informer.onRefusal(() => refusals.push(informer.refusal));
    await until('the end of the refusal', () => refusals.length === 2);
    expect(refusals).to.have.nested.property('[0].message', 'who are you');
    expect(refusals[1]).to.equal(undefined);
    expect([informer.synced, informer.get('ns/a')]).to.deep.equal([true, 1]);
    expect(changes).to.deep.equal(['added ns/a']);
  });

  it('goes on being refused through a failure of another kind, until there is an answer', async () => {
    const forbidden = status(403, 'Forbidden', 'no');
    const oops = status(500, 'InternalError', 'oops');
    server.play(...Array.from({ length: 4 }, () => forbidden), oops, cut, forbidden, page([], '10'), watch());
    const informer = start();
    const refusals: string[] = [];
    informer.onRefusal(() => refusals.push(informer.refusal === undefined ? 'over' : 'begun'));
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    expect(refusals).to.deep.equal(['begun', 'over']);
  });

  it('says that a refusal is over when the whole list is there, and not at its first page', async () => {
    const forbidden = status(403, 'Forbidden', 'no');
    const pages = [page([object('a', 1)], '10', 'more'), page([object('b', 1)], '10')];
    server.play(...Array.from({ length: 4 }, () => forbidden), ...pages, watch());
    const informer = start();
    const seen: (readonly [boolean, number])[] = [];
    informer.onRefusal(() => seen.push([informer.synced, informer.size]));
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    expect(seen).to.deep.equal([
      [false, 0],
      [true, 2],
    ]);
  });

  it('takes a few refusals in a row for a server that is still starting', async () => {
    const forbidden = status(403, 'Forbidden', 'not yet');
    server.play(forbidden, forbidden, forbidden, page([], '10'), watch());
    const informer = start();
    let refused = false;
    informer.onRefusal(() => (refused = true));
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    expect(refused).to.equal(false);
  });

  it('logs and counts a handler that throws, and goes on', async () => {
    const forbidden = status(403, 'Forbidden', 'no');
    server.play(...Array.from({ length: 4 }, () => forbidden), page([], '10'), watch());
    const informer = start();
    informer.onRefusal(() => {
      throw new Error('a bug');
    });
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    expect(informer.stats.handlerFailures).to.equal(2);
  });

  it('takes no failure of the network or the server for a refusal, and waits on for an answer', async () => {
    let held: ServerResponse | undefined;
    const oops = status(500, 'InternalError', 'oops');
    const slow = status(429, 'TooManyRequests', 'slow down');
    server.play(cut, oops, slow, (response) => (held = response), watch());
    const informer = start();
    const refusals: unknown[] = [];
    informer.onRefusal(() => refusals.push(informer.refusal));
    let answered: boolean | undefined;
    const waiting = informer.waitForAnswer(stop.signal).then((answer) => (answered = answer));
    await until('the fourth request', () => held !== undefined);
    expect([answered, informer.refusal]).to.deep.equal([undefined, undefined]);
    page([], '10')(held!, server.requests[3]!);
    expect(await waiting).to.equal(true);
    expect([informer.synced, refusals]).to.deep.equal([true, []]);
  });

  it('resolves waitForAnswer with false when stopped before any answer', async () => {
    server.play(status(503, 'ServiceUnavailable', 'not yet', { 'retry-after': '60' }));
    const informer = start();
    const answer = informer.waitForAnswer(stop.signal);
    await until('backing off', () => informer.state.kind === 'backingOff');
    stop.abort();
    expect(await answer).to.equal(false);
    expect(await informer.waitForAnswer(stop.signal), 'later as well').to.equal(false);
  });
});
