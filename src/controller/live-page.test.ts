import { expect } from 'chai';
import { configWith, CREATED, initContainer, meshedPod, running, status } from '../testing/builders.ts';
import { LivePage } from './live-page.ts';
import type { PodSnapshot } from './snapshot.ts';

describe('live page', () => {
  let pods: Map<string, PodSnapshot>;
  let configs: ReturnType<typeof configWith>;
  let now: number;
  let version: number;
  let judged: number;
  let page: LivePage;

  beforeEach(() => {
    pods = new Map([
      ['shop/web', { pod: meshedPod({ namespace: 'shop', name: 'web' }), condition: undefined }],
    ]);
    configs = configWith({});
    now = CREATED + 3_600_000;
    version = 1;
    judged = 0;
    page = new LivePage({
      pods,
      around: {
        namespace: () => {
          judged += 1;
          return undefined;
        },
        configs: () => configs,
      },
      gathering: { graceMs: 60_000, settleMs: 0, fork: {} },
      clock: { now: () => now, monotonic: () => now },
      version: () => version,
      origin: 'from here',
    });
  });

  /** Lets the cluster change, and time go by. */
  const change = (afterMs: number): void => {
    version += 1;
    now += afterMs;
  };

  it('shows what is true when it is asked for', async () => {
    const before = await page.get();
    expect(before.text).to.contain('<title>osm-auditor: no pod discrepant</title>').and.contain('shop');
    configs = configWith({ outbound_port_exclusion_list: '80' });
    change(5000);
    const after = await page.get();
    expect(after.text).to.contain('<title>osm-auditor: 1 pod discrepant</title>');
    expect(after.tag).not.to.equal(before.tag);
  });

  it('is the same page, with its time and tag, as long as it says the same', async () => {
    const before = await page.get();
    change(60_000);
    expect(await page.get()).to.equal(before);
    expect(judged).to.equal(2);
    expect(before.text).to.contain(`data-tag=${before.tag}`);
  });

  it('is not made again while nothing changes, nor within a few seconds', async () => {
    await page.get();
    now += 3_600_000;
    await page.get();
    expect(judged, 'nothing has changed').to.equal(1);
    change(0);
    await page.get();
    expect(judged, 'long after').to.equal(2);
    change(4999);
    await page.get();
    expect(judged, 'a moment after').to.equal(2);
  });

  it('is made one at a time, however long that takes', async () => {
    const first = page.get();
    change(60_000);
    expect(page.get()).to.equal(first);
    await first;
    expect(judged).to.equal(1);
  });

  it('is made again when time alone changes a verdict', async () => {
    now = CREATED + 1000;
    const init = initContainer(undefined, { status: status(running()) });
    pods.set('shop/web', {
      pod: meshedPod({ phase: 'Pending', initContainers: [init] }),
      condition: undefined,
    });
    const before = await page.get();
    now = CREATED + 120_000;
    expect((await page.get()).tag).not.to.equal(before.tag);
  });

  it('passes over pods that go while it is made', async () => {
    const making = page.get();
    pods.clear();
    expect((await making).text).to.contain('no pod discrepant');
  });
});
