import { expect } from 'chai';
import fc from 'fast-check';
import { FakeLeases } from '../testing/kube/fake-leases.ts';
import { MalformedAnswerError } from './errors.ts';
import { foundLease, LeaseClient, type LeaseObject, type LeaseRecord } from './lease.ts';

const { signal } = new AbortController();
const ACQUIRED = new Date('2026-11-25T10:00:00.123Z');

/** A Lease as the API shows it, whatever its types say. */
const lease = (spec: unknown, metadata: unknown = { resourceVersion: '7' }): LeaseObject =>
  ({ metadata, spec }) as LeaseObject;

const record: LeaseRecord = {
  holder: 'a',
  durationMs: 2500,
  acquiredAt: ACQUIRED,
  renewedAt: new Date('2026-11-25T10:00:02Z'),
  transitions: 3,
};

describe('lease', () => {
  it('is written with six digits of a second and whole seconds, and read back', async () => {
    const server = new FakeLeases();
    const client = new LeaseClient(server, 'ns', 'lease');
    expect(await client.create(record, signal)).to.equal(true);
    expect(server.stored?.spec).to.deep.equal({
      holderIdentity: 'a',
      leaseDurationSeconds: 3,
      acquireTime: '2026-11-25T10:00:00.123000Z',
      renewTime: '2026-11-25T10:00:02.000000Z',
      leaseTransitions: 3,
    });
    const found = await client.read(signal);
    expect(found).to.deep.include({
      holder: 'a',
      durationMs: 3000,
      acquiredAt: ACQUIRED,
      transitions: 3,
    });
  });

  it('keeps what others have put into it when it is replaced', async () => {
    const server = new FakeLeases();
    const client = new LeaseClient(server, 'ns', 'lease');
    await client.create(record, signal);
    server.edit({ strategy: 'OldestEmulationVersion' });
    const found = (await client.read(signal))!;
    expect(await client.replace(found, { ...record, holder: 'b' }, signal)).to.equal(true);
    expect(server.stored?.spec).to.include({ holderIdentity: 'b', strategy: 'OldestEmulationVersion' });
  });

  it('understands times as text and as dates', () => {
    for (const acquireTime of [ACQUIRED, '2026-11-25T10:00:00.123Z', '2026-11-25T10:00:00.123000Z']) {
      expect(foundLease(lease({ acquireTime })).acquiredAt).to.deep.equal(ACQUIRED);
    }
    for (const acquireTime of ['yesterday', new Date(NaN), 5, null, undefined]) {
      expect(foundLease(lease({ acquireTime })).acquiredAt).to.equal(undefined);
    }
  });

  it('is held by nobody without a spec, and when nobody is named', () => {
    for (const spec of [undefined, null, {}, { holderIdentity: '' }, { holderIdentity: null }]) {
      const { holder, durationMs, transitions } = foundLease(lease(spec));
      expect({ holder, durationMs, transitions }).to.deep.equal({
        holder: undefined,
        durationMs: undefined,
        transitions: 0,
      });
    }
  });

  it('has another fingerprint when the record changes, and the same when only the object does', () => {
    const spec = {
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '1',
      renewTime: '2',
      leaseTransitions: 0,
    };
    const print = (changed: object): string => foundLease(lease({ ...spec, ...changed })).fingerprint;
    const changes = [
      { holderIdentity: 'b' },
      { leaseDurationSeconds: 16 },
      { acquireTime: '2' },
      { renewTime: '3' },
      { leaseTransitions: 1 },
    ];
    expect(new Set([{}, ...changes].map(print)).size).to.equal(6);
    const touched = { resourceVersion: '8', labels: { a: 'b' } };
    expect(foundLease(lease(spec, touched)).fingerprint).to.equal(print({}));
  });

  it('is an error when nobody can say who holds it, or which version it is', () => {
    for (const object of [
      lease({ holderIdentity: 5 }),
      lease({ holderIdentity: {} }),
      lease({}, {}),
      lease({}, null),
      lease({}, { resourceVersion: '' }),
      undefined as unknown as LeaseObject,
      null as unknown as LeaseObject,
    ]) {
      expect(() => foundLease(object)).to.throw(MalformedAnswerError);
    }
  });

  it('is read, or refused as malformed, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (spec, metadata) => {
        let found;
        try {
          found = foundLease(lease(spec, metadata));
        } catch (error) {
          expect(error).to.be.instanceOf(MalformedAnswerError);
          return;
        }
        expect(found.transitions).to.be.at.least(0);
        if (found.durationMs !== undefined) expect(found.durationMs).to.be.greaterThan(0);
      }),
    );
  });
});
