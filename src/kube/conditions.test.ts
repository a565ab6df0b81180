import { expect } from 'chai';
import { conditionPatch, patchPodCondition, type Condition, type DesiredCondition } from './conditions.ts';
import { apiErrorFromAnswer } from './errors.ts';

const NOW = new Date('2026-11-23T12:00:00.789Z');
const EARLIER = '2026-11-01T00:00:00Z';
const desired: DesiredCondition = {
  type: 'example.com/Fine',
  status: 'True',
  reason: 'Fine',
  message: 'all well',
};
const existing: Condition = { ...desired, lastTransitionTime: EARLIER };
const foreign: Condition = { type: 'Ready', status: 'False', reason: 'Fine', message: 'all well' };

describe('condition patch', () => {
  const written = (before: readonly Condition[] | undefined): unknown =>
    conditionPatch(before, desired, NOW)?.status.conditions[0];
  const now = '2026-11-23T12:00:00Z';

  it('is nothing when the condition says so already, whatever its times and neighbours', () => {
    expect(conditionPatch([foreign, existing], desired, NOW)).to.equal(undefined);
    const silent = { type: desired.type, status: 'True' };
    expect(conditionPatch([silent], { ...desired, reason: '', message: '' }, NOW)).to.equal(undefined);
  });

  it('adds a missing condition, and that one alone', () => {
    const body = { ...desired, lastProbeTime: now, lastTransitionTime: now };
    expect(conditionPatch(undefined, desired, NOW)).to.deep.equal({ status: { conditions: [body] } });
    expect(conditionPatch([foreign], desired, NOW)).to.deep.equal({ status: { conditions: [body] } });
  });

  it('moves the transition time with the status and with nothing else', () => {
    const times = { ...desired, lastProbeTime: now };
    expect(written([{ ...existing, status: 'False' }])).to.deep.equal({ ...times, lastTransitionTime: now });
    expect(written([{ ...existing, reason: 'Odd' }])).to.deep.equal({
      ...times,
      lastTransitionTime: EARLIER,
    });
    expect(written([{ ...existing, message: '' }])).to.deep.equal({ ...times, lastTransitionTime: EARLIER });
  });

  it('gives a condition that had no transition time one', () => {
    const before = { ...existing, reason: 'Odd', lastTransitionTime: null };
    expect(written([before])).to.include({ lastTransitionTime: now });
  });

  it('is sent with the uid of the pod it was judged for', async () => {
    const requests: unknown[] = [];
    const api = {
      patchNamespacedPodStatus: (request: unknown) => {
        requests.push(request);
        return Promise.resolve();
      },
    };
    const patch = conditionPatch(undefined, desired, NOW)!;
    await patchPodCondition(api, { namespace: 'ns', name: 'a', uid: 'u1' }, patch);
    const body = { metadata: { uid: 'u1' }, status: patch.status };
    expect(requests).to.deep.equal([{ namespace: 'ns', name: 'a', body }]);
  });

  it('calls it a conflict when the server finds another uid, and passes other refusals on', async () => {
    const refusal = (field: string): Error =>
      apiErrorFromAnswer(422, { reason: 'Invalid', message: 'no', details: { causes: [{ field }] } });
    const patch = conditionPatch(undefined, desired, NOW)!;
    const attempt = (error: Error): Promise<unknown> =>
      patchPodCondition({ patchNamespacedPodStatus: () => Promise.reject(error) }, pod, patch).catch(
        (thrown: unknown) => thrown,
      );
    const pod = { namespace: 'ns', name: 'a', uid: 'u1' };
    const other = refusal('metadata.uid');
    expect(await attempt(other)).to.deep.include({ code: 409, cause: other });
    const invalid = refusal('status.conditions');
    expect(await attempt(invalid)).to.equal(invalid);
  });
});
