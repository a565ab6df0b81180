import { expect } from 'chai';
import fc from 'fast-check';
import { apiErrorFromAnswer } from './errors.ts';
import { eventBody, eventName, truncateToBytes, type EventBody, type EventInput } from './event-body.ts';
import { EventRecorder, type EventsApi } from './events.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';

const input: EventInput = {
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'web-1', uid: 'u1' },
  type: 'Warning',
  reason: 'PortMissing',
  note: 'port 80 is not redirected',
  action: 'Audit',
};
const reporter = { controller: 'example.com/auditor', instance: 'auditor-0' };

/** Events as the server keeps them, and a log of what it was asked to write. */
class FakeEvents implements EventsApi {
  readonly stored = new Map<string, EventBody & { series?: { count: number } }>();
  readonly writes: string[] = [];
  failure: Error | undefined;
  forgetful = false;

  createNamespacedEvent({ body }: { body: EventBody }): Promise<unknown> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const { name } = body.metadata;
    if (this.stored.has(name)) {
      if (this.forgetful) this.stored.clear();
      return Promise.reject(apiErrorFromAnswer(409, { reason: 'AlreadyExists' }));
    }
    this.stored.set(name, body);
    this.writes.push('create');
    return Promise.resolve();
  }

  readNamespacedEvent({ name }: { name: string }): Promise<{ series?: { count: number } }> {
    const found = this.stored.get(name);
    return found === undefined ? Promise.reject(apiErrorFromAnswer(404, '')) : Promise.resolve(found);
  }

  patchNamespacedEvent({ name, body }: { name: string; body: unknown }): Promise<unknown> {
    const found = this.stored.get(name);
    if (found === undefined) return Promise.reject(apiErrorFromAnswer(404, ''));
    this.stored.set(name, { ...found, ...(body as { series: { count: number } }) });
    this.writes.push('patch');
    return Promise.resolve();
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
        dropped: (type) => counts.push(`dropped ${type}`),
      },
    });

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
    expect([...api.stored.values()].map(({ series }) => series?.count)).to.deep.equal([3]);
    expect(counts).to.deep.equal(Array(3).fill('written Warning'));
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
    await recorder.record(input);
    expect(api.writes).to.deep.equal(['create', 'create']);
  });

  it('drops what goes beyond 25 at once and one more each five minutes, for each object', async () => {
    const say = (note: number, uid: string): Promise<void> =>
      recorder.record({ ...input, note: String(note), regarding: { ...input.regarding, uid } });
    for (let note = 0; note < 30; note++) await say(note, 'u1');
    expect(api.writes).to.have.length(25);
    expect(counts.filter((line) => line === 'dropped Warning')).to.have.length(5);
    await say(0, 'u2');
    await clock.advance(300_000);
    await say(31, 'u1');
    await say(32, 'u1');
    expect(api.writes).to.have.length(27);
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
    expect(counts).to.deep.equal(['dropped Warning', 'dropped Warning']);
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
      { ...input, reason: 'Other' },
      { ...input, type: 'Normal' as const },
      { ...input, regarding: { ...input.regarding, uid: 'u2' } },
    ].map(eventName);
    expect(new Set([name, ...others]).size).to.equal(5);
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
