import { expect } from 'chai';
import fc from 'fast-check';
import { apiErrorFromAnswer } from './errors.ts';
import {
  combinedEvent,
  eventBody,
  eventName,
  truncateToBytes,
  type EventBody,
  type EventInput,
} from './event-body.ts';
import type { StoredEvent } from './event-series.ts';
import { EventRecorder, type EventsApi } from './events.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';

const input: EventInput = {
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'web-1', uid: 'u1' },
  type: 'Warning',
  reason: 'PortMissing',
  note: 'port 80 is not redirected',
  action: 'Audit',
};
const reporter = { controller: 'example.com/auditor', instance: 'auditor-0' };

type Stored = EventBody & StoredEvent;

/** Events as the server keeps them, and a log of what it was asked. */
class FakeEvents implements EventsApi {
  readonly stored = new Map<string, Stored>();
  readonly calls: string[] = [];
  failure: Error | undefined;
  forgetful = false;
  /** As servers are from 1.24 on. */
  keepsNotes = false;
  #version = 0;

  get writes(): string[] {
    return this.calls.filter((call) => call === 'create' || call === 'patch');
  }

  async createNamespacedEvent({ body }: { body: EventBody }): Promise<StoredEvent> {
    await settle();
    if (this.failure !== undefined) throw this.failure;
    const { name } = body.metadata;
    if (this.stored.has(name)) {
      if (this.forgetful) this.stored.clear();
      this.calls.push('exists');
      throw apiErrorFromAnswer(409, { reason: 'AlreadyExists' });
    }
    this.calls.push('create');
    return this.#store(name, body);
  }

  async readNamespacedEvent({ name }: { name: string }): Promise<StoredEvent> {
    await settle();
    this.calls.push('read');
    return this.#stored(name);
  }

  async patchNamespacedEvent({ name, body }: { name: string; body: unknown }): Promise<StoredEvent> {
    await settle();
    const found = this.#stored(name);
    const patch = body as StoredEvent;
    if (patch.metadata?.resourceVersion !== (found as StoredEvent).metadata?.resourceVersion) {
      this.calls.push('conflict');
      throw apiErrorFromAnswer(409, { reason: 'Conflict' });
    }
    if (this.keepsNotes && patch.note !== undefined && patch.note !== found.note) {
      this.calls.push('invalid');
      throw apiErrorFromAnswer(422, { reason: 'Invalid' });
    }
    this.calls.push('patch');
    return this.#store(name, { ...found, ...(body as Partial<Stored>) });
  }

  #stored(name: string): Stored {
    const found = this.stored.get(name);
    if (found !== undefined) return found;
    this.calls.push('missing');
    throw apiErrorFromAnswer(404, '');
  }

  #store(name: string, event: Stored): StoredEvent {
    this.#version += 1;
    const metadata = { ...event.metadata, name, namespace: 'ns', resourceVersion: String(this.#version) };
    this.stored.set(name, { ...event, metadata });
    return { ...event, metadata };
  }
}

describe('event recorder', () => {
  let api: FakeEvents;
  let clock: ManualClock;
  let counts: string[];
  let recorder: EventRecorder;
  const create = (): EventRecorder =>
    new EventRecorder({
      api,
      reporter,
      clock,
      observer: {
        written: (type) => counts.push(`written ${type}`),
        dropped: (type, reason) => counts.push(`dropped ${type} ${reason}`),
      },
    });

  const series = (): (number | undefined)[] =>
    [...api.stored.values()].map(({ series: counted }) => counted?.count);

  beforeEach(() => {
    api = new FakeEvents();
    clock = new ManualClock(Date.UTC(2026, 10, 23));
    counts = [];
    recorder = create();
  });

  it('writes one event, and counts repeats in its series, also those of another replica', async () => {
    await recorder.record(input);
    await recorder.record(input);
    await create().record(input);
    expect(api.writes).to.deep.equal(['create', 'patch', 'patch']);
    expect(series()).to.deep.equal([3]);
    expect(counts).to.deep.equal(Array(3).fill('written Warning'));
  });

  it('counts a repeat in one request, and after another replica counted from where that left it', async () => {
    const other = create();
    await recorder.record(input);
    await recorder.record(input);
    await recorder.record(input);
    expect(api.calls).to.deep.equal(['create', 'patch', 'patch']);
    await other.record(input);
    expect(api.calls.slice(3)).to.deep.equal(['exists', 'read', 'patch']);
    await recorder.record(input);
    expect(api.calls.slice(6)).to.deep.equal(['conflict', 'read', 'patch']);
    expect(series()).to.deep.equal([5]);
  });

  it('counts each of many repeats that are told at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => recorder.record(input)));
    expect(series()).to.deep.equal([20]);
    expect(api.calls, 'one after the other').to.not.include('conflict');
    const other = create();
    await Promise.all([recorder, other, recorder, other].map((replica) => replica.record(input)));
    expect(series(), 'also by two replicas').to.deep.equal([24]);
    expect(counts).to.deep.equal(Array(24).fill('written Warning'));
  });

  it('gives up on an event that others keep changing, for its caller to try again', async () => {
    await recorder.record(input);
    api.patchNamespacedEvent = () => Promise.reject(apiErrorFromAnswer(409, { reason: 'Conflict' }));
    const error = await recorder.record(input).catch((caught: unknown) => caught);
    expect(error).to.have.property('reason', 'Conflict');
    expect(counts).to.deep.equal(['written Warning']);
  });

  it('writes an event anew that the server has forgotten since it was counted', async () => {
    await recorder.record(input);
    api.stored.clear();
    await recorder.record(input);
    expect(api.calls).to.deep.equal(['create', 'missing', 'create']);
  });

  it('counts no further than the API can', async () => {
    await recorder.record(input);
    const [name, event] = [...api.stored][0]!;
    api.stored.set(name, { ...event, series: { count: 2 ** 31 - 1 } });
    await create().record(input);
    expect(series()).to.deep.equal([2 ** 31 - 1]);
  });

  it('writes what is told of an object in the order of telling, and does not wait for other objects', async () => {
    const tell = (note: string, uid = 'u1'): Promise<void> =>
      recorder.record({ ...input, note, regarding: { ...input.regarding, uid } });
    const order: string[] = [];
    const inner = api.createNamespacedEvent.bind(api);
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    api.createNamespacedEvent = async (request) => {
      if (request.body.note === 'slow') await opened;
      order.push(request.body.note);
      if (request.body.note === 'refused') throw apiErrorFromAnswer(500, '');
      return inner(request);
    };
    const all = Promise.allSettled([tell('slow'), tell('refused'), tell('last'), tell('other', 'u2')]);
    await settle();
    expect(order).to.deep.equal(['other']);
    open();
    expect((await all).map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(order).to.deep.equal(['other', 'slow', 'refused', 'last']);
  });

  it('makes one event of what is alike beyond ten, with the latest note', async () => {
    for (let port = 1; port <= 13; port++) await recorder.record({ ...input, note: `port ${port}` });
    await recorder.record({ ...input, note: 'port 3' });
    await recorder.record({ ...input, reason: 'Other' });
    const events = [...api.stored.values()].map(({ reason, note, series: counted }) => [
      reason,
      note,
      counted?.count,
    ]);
    expect(events.slice(0, 10).map(([, note]) => note)).to.deep.equal(
      Array.from({ length: 10 }, (_, index) => `port ${index + 1}`),
    );
    expect(events[2], 'it goes on standing alone').to.deep.equal(['PortMissing', 'port 3', 2]);
    expect(events.slice(10)).to.deep.equal([
      ['PortMissing', '(combined from similar events): port 13', 3],
      ['Other', input.note, undefined],
    ]);
    await create().record({ ...input, note: 'port 99' });
    expect(api.stored.size, 'another replica begins to count for itself').to.equal(13);
  });

  it('keeps the first note of combined events where the server lets none change, and asks once', async () => {
    api.keepsNotes = true;
    for (let port = 1; port <= 14; port++) await recorder.record({ ...input, note: `port ${port}` });
    const combined = [...api.stored.values()][10];
    expect(combined?.note).to.equal('(combined from similar events): port 11');
    expect(combined?.series?.count).to.equal(4);
    expect(api.calls.filter((call) => call === 'invalid')).to.have.length(1);
    expect(counts).to.have.length(14);
  });

  it('writes one combined event, once, to ensure what is alike, and none for what stood alone', async () => {
    for (let port = 1; port <= 12; port++) await recorder.ensure({ ...input, note: `port ${port}` });
    expect(api.stored.size).to.equal(11);
    const successor = create();
    for (let port = 12; port >= 1; port--) await successor.ensure({ ...input, note: `port ${port}` });
    expect(api.stored.size, 'ports 12 and 11 stand alone now, and 2 and 1 did before').to.equal(13);
    expect(api.writes.filter((call) => call === 'patch')).to.deep.equal([]);
  });

  it('takes statements with the same identity for the same, with the latest note', async () => {
    const event = { ...input, identity: 'port 80' };
    await recorder.record({ ...event, note: '240 pods' });
    await recorder.record({ ...event, note: '250 pods' });
    await create().ensure({ ...event, note: '260 pods' });
    const [stored] = [...api.stored.values()];
    expect([api.stored.size, stored?.note, stored?.series?.count]).to.deep.equal([1, '250 pods', 2]);
    expect(stored).to.not.have.property('identity');
  });

  it('knows what a predecessor told, for nothing', async () => {
    await recorder.record(input);
    const successor = create();
    for (let time = 0; time < 40; time++) expect(await successor.exists(input)).to.equal(true);
    expect(await successor.exists({ ...input, note: 'other' })).to.equal(false);
    await successor.record(input);
    expect(counts, 'reading costs no budget').to.deep.equal(Array(2).fill('written Warning'));
  });

  it('writes nothing to ensure an event that is there', async () => {
    await recorder.ensure(input);
    await create().ensure(input);
    expect(api.writes).to.deep.equal(['create']);
    expect(counts).to.deep.equal(['written Warning']);
  });

  it('writes an event anew that the server forgets between two calls', async () => {
    await recorder.record(input);
    api.forgetful = true;
    await create().record(input);
    expect(api.writes).to.deep.equal(['create', 'create']);
  });

  it('drops what goes beyond 25 at once and one more each five minutes, for each object', async () => {
    const say = (reason: number, uid: string): Promise<void> =>
      recorder.record({ ...input, reason: `R${reason}`, regarding: { ...input.regarding, uid } });
    for (let note = 0; note < 30; note++) await say(note, 'u1');
    expect(api.writes).to.have.length(25);
    expect(counts.filter((line) => line === 'dropped Warning budget')).to.have.length(5);
    await say(0, 'u2');
    await clock.advance(300_000);
    await say(31, 'u1');
    await say(32, 'u1');
    expect(api.writes).to.have.length(27);
  });

  it('makes no debt of what an object has left when the clock is set back', async () => {
    const say = (note: number): Promise<void> => recorder.record({ ...input, note: String(note) });
    await say(0);
    clock.set(clock.now() - 86_400_000);
    await say(1);
    expect(api.writes).to.have.length(2);
  });

  it('passes failures on, and does not spend the budget on them', async () => {
    api.failure = apiErrorFromAnswer(500, '');
    for (let time = 0; time < 40; time++) {
      expect(await recorder.record(input).catch((error: unknown) => error)).to.equal(api.failure);
    }
    api.failure = undefined;
    await recorder.record(input);
    expect(counts).to.deep.equal(['written Warning']);
  });

  it('drops what is said about a namespace that is gone or going, but not what is forbidden', async () => {
    const going = { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } };
    for (const failure of [apiErrorFromAnswer(404, ''), apiErrorFromAnswer(403, going)]) {
      api.failure = failure;
      await recorder.record(input);
    }
    expect(counts).to.deep.equal(Array(2).fill('dropped Warning namespace'));
    api.failure = apiErrorFromAnswer(403, { reason: 'Forbidden' });
    expect(await recorder.record(input).catch((error: unknown) => error)).to.equal(api.failure);
  });
});

describe('event body', () => {
  it('has a time with six fraction digits and says who reports', () => {
    const body: unknown = JSON.parse(
      JSON.stringify(eventBody(input, reporter, new Date(Date.UTC(2026, 10, 23)))),
    );
    expect(body).to.deep.equal({
      ...input,
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: eventName(input), namespace: 'ns' },
      eventTime: '2026-11-23T00:00:00.000000Z',
      reportingController: 'example.com/auditor',
      reportingInstance: 'auditor-0',
    });
  });

  it('lives in the namespace default when the object has none', () => {
    const event = { ...input, regarding: { ...input.regarding, namespace: '' } };
    expect(eventBody(event, reporter, new Date()).metadata.namespace).to.equal('default');
  });

  it('has a name that changes with what is said and about whom, and with nothing else', () => {
    const name = eventName(input);
    expect(name).to.match(/^web-1\.[0-9a-f]{16}$/);
    expect(eventName({ ...input, action: 'Other' })).to.equal(name);
    const others = [
      { ...input, note: 'other' },
      { ...input, identity: input.note },
      { ...input, identity: 'other' },
      combinedEvent(input),
      { ...input, reason: 'Other' },
      { ...input, type: 'Normal' as const },
      { ...input, regarding: { ...input.regarding, uid: 'u2' } },
    ].map(eventName);
    expect(new Set([name, ...others]).size).to.equal(8);
    expect(eventName({ ...input, identity: 'other', note: 'other' }), 'the note is not in it').to.equal(
      others[2],
    );
    expect(eventName(combinedEvent({ ...input, note: 'other' }))).to.equal(others[3]);
  });

  it('has a name the server accepts, whatever the name of the object', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 253, unit: fc.constantFrom('a', '1', '.', '-', ':', '_', 'A') }),
        (name) => {
          const result = eventName({ ...input, regarding: { ...input.regarding, name: `x${name}` } });
          expect(result.length).to.be.at.most(253);
          expect(result).to.match(/^[a-z0-9](.*[^.-])?\.[0-9a-f]{16}$/);
        },
      ),
    );
  });

  it('cuts a note to at most 1024 bytes and never in the middle of a character', () => {
    const unit = fc.constantFrom('a', 'ä', '€', '🦀', '\n');
    fc.assert(
      fc.property(fc.string({ unit, minLength: 200, maxLength: 1500, size: 'max' }), (text) => {
        const cut = truncateToBytes(text, 1024);
        expect(Buffer.byteLength(cut)).to.be.at.most(1024);
        expect(text.startsWith(cut)).to.equal(true);
        const next = String.fromCodePoint(text.codePointAt(cut.length) ?? 0);
        // Another whole character would not have fitted, and the cut is between two of them.
        if (cut !== text) expect(Buffer.byteLength(cut + next)).to.be.above(1024);
        expect(Buffer.from(cut).toString()).to.equal(cut);
      }),
    );
  });
});
