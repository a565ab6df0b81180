import { expect } from 'chai';
import { configWith, CREATED, meshedPod } from '../testing/builders.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { LivePage } from './live-page.ts';
import type { PodSnapshot } from './snapshot.ts';

describe('live page', () => {
  let pods: Map<string, PodSnapshot>;
  let configs: ReturnType<typeof configWith>;
  let clock: ManualClock;
  let page: LivePage;

  beforeEach(() => {
    pods = new Map([
      ['shop/web', { pod: meshedPod({ namespace: 'shop', name: 'web' }), condition: undefined }],
    ]);
    configs = configWith({});
    clock = new ManualClock(CREATED + 3_600_000);
    page = new LivePage({
      pods,
      around: { namespace: () => undefined, configs: () => configs },
      gathering: { graceMs: 60_000, settleMs: 0, fork: {} },
      clock,
      origin: 'from here',
    });
  });

  it('shows what is true when it is asked for', async () => {
    const before = await page.get();
    expect(before.text).to.contain('<title>osm-auditor: nothing discrepant</title>').and.contain('shop');
    configs = configWith({ outbound_port_exclusion_list: '80' });
    await clock.advance(5000);
    const after = await page.get();
    expect(after.text).to.contain('<title>osm-auditor: 1 pod discrepant</title>');
    expect(after.tag).not.to.equal(before.tag);
  });

  it('has the same tag as long as nothing but the time is another', async () => {
    const { tag, text } = await page.get();
    await clock.advance(60_000);
    const later = await page.get();
    expect(later.tag).to.equal(tag);
    expect(later.text).not.to.equal(text);
  });

  it('is made once for all who ask within a few seconds', async () => {
    const first = page.get();
    await clock.advance(4999);
    expect(page.get()).to.equal(first);
    await clock.advance(1);
    expect(page.get()).not.to.equal(first);
  });

  it('passes over pods that go while it is made', async () => {
    const making = page.get();
    pods.clear();
    expect((await making).text).to.contain('nothing discrepant');
  });
});
