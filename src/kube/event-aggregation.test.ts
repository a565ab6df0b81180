import { expect } from 'chai';
import { EventAggregator } from './event-aggregation.ts';
import type { EventInput } from './event-body.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';

const input: EventInput = {
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'web-1', uid: 'u1' },
  type: 'Warning',
  reason: 'PortMissing',
  note: 'n',
  action: 'Audit',
};

describe('event aggregation', () => {
  let clock: ManualClock;
  let aggregator: EventAggregator;
  const combines = (note: number, rest: Partial<EventInput> = {}): boolean =>
    aggregator.combines({ ...input, note: `note ${note}`, ...rest });
  const tenAlone = (): void => {
    for (let note = 1; note <= 10; note++) expect(combines(note), `note ${note}`).to.equal(false);
  };

  beforeEach(() => {
    clock = new ManualClock();
    aggregator = new EventAggregator(clock);
  });

  it('lets ten different notes stand alone, and combines the eleventh and all new ones after it', () => {
    tenAlone();
    expect([combines(11), combines(12), combines(11)]).to.deep.equal([true, true, true]);
    expect(combines(3), 'it stood alone before').to.equal(false);
  });

  it('does not take repeats for more', () => {
    for (let time = 0; time < 100; time++) expect(combines(time % 2)).to.equal(false);
    for (let note = 2; note < 10; note++) expect(combines(note)).to.equal(false);
    expect(combines(10)).to.equal(true);
  });

  it('goes by object, type and reason', () => {
    tenAlone();
    expect(combines(11, { reason: 'Other' })).to.equal(false);
    expect(combines(11, { type: 'Normal' })).to.equal(false);
    expect(combines(11, { regarding: { ...input.regarding, uid: 'u2' } })).to.equal(false);
    expect(combines(11, { action: 'Other' })).to.equal(true);
  });

  it('goes by the identity where there is one', () => {
    for (let note = 1; note <= 20; note++) expect(combines(note, { identity: 'same' })).to.equal(false);
  });

  it('starts over after more than ten minutes without any', async () => {
    tenAlone();
    await clock.advance(600_000);
    expect(combines(11)).to.equal(true);
    await clock.advance(600_000);
    expect(combines(12), 'the last one was a while ago, but not longer').to.equal(true);
    await clock.advance(600_001);
    expect(combines(13)).to.equal(false);
  });

  it('forgets the object unused for longest beyond 4096', () => {
    const about = (uid: number): Partial<EventInput> => ({
      regarding: { ...input.regarding, uid: `other ${uid}` },
    });
    tenAlone();
    for (let uid = 0; uid < 4095; uid++) combines(1, about(uid));
    expect(combines(11)).to.equal(true);
    for (let uid = 0; uid < 4096; uid++) combines(1, about(uid));
    expect(combines(11)).to.equal(false);
  });
});
