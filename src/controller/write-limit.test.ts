import { expect } from 'chai';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { eventBody } from '../kube/event-body.ts';
import { limitWrites, type LimitedWrites } from './write-limit.ts';

type Calls = Parameters<typeof limitWrites>[0];

describe('write limit', () => {
  let sent: string[];
  let given: unknown[];
  let series: { readonly count: number; readonly lastObservedTime: Date } | undefined;
  let writes: LimitedWrites;
  let leading: boolean;
  const leadership = {
    get leading() {
      return leading;
    },
  };

  const answer =
    (name: string) =>
    (...args: unknown[]): Promise<unknown> => {
      sent.push(name);
      given = args;
      return Promise.resolve({ metadata: {}, ...(series === undefined ? {} : { series }) });
    };

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000 });
    sent = [];
    given = [];
    leading = true;
    series = undefined;
    const calls: unknown = {
      patchNamespacedPodStatus: answer('condition'),
      createNamespacedEvent: answer('create'),
      readNamespacedEvent: answer('read'),
      patchNamespacedEvent: answer('patch'),
      createNamespacedCustomObject: answer('create report'),
      patchNamespacedCustomObject: answer('patch report'),
    };
    writes = limitWrites(calls as Calls, leadership);
  });
  afterEach(() => mock.timers.reset());

  const regarding = { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'b', uid: 'c' };
  const input = { regarding, type: 'Normal', reason: 'R', note: 'n', action: 'A' } as const;
  const body = eventBody(input, { controller: 'x', instance: 'y' }, new Date(0));
  const address = { namespace: 'a', name: 'b' };
  const object = { group: 'g', version: 'v', plural: 'p', namespace: 'a', body: {} };
  const condition = (): Promise<unknown> =>
    writes.conditions.patchNamespacedPodStatus({ ...address, body: {} });

  async function pass(ms: number): Promise<void> {
    mock.timers.tick(ms);
    await settled();
  }
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  }

  it('lets a burst of 250 through at once; the 251st waits for its second', async () => {
    const all = Promise.all(Array.from({ length: 251 }, condition));
    await settled();
    expect(sent).to.have.length(250);
    await pass(999);
    expect(sent).to.have.length(250);
    await pass(1);
    expect(sent).to.have.length(251);
    await all;
  });

  it('counts any second, not only whole ones', async () => {
    await condition();
    await pass(900);
    const all = Promise.all(Array.from({ length: 499 }, condition));
    await settled();
    expect(sent).to.have.length(250);
    await pass(150); // the first one is out of the window, the others are not
    expect(sent).to.have.length(251);
    await pass(850);
    expect(sent).to.have.length(500);
    await all;
  });

  it('goes on at its pace when the clock is set back a day', async () => {
    const before = Promise.all(Array.from({ length: 50 }, condition));
    await settled();
    // The date alone: timers run on, as they do when somebody sets the time.
    mock.method(Date, 'now', () => 1_000);
    const after = Promise.all(Array.from({ length: 60 }, condition));
    await pass(1000);
    await pass(1000);
    expect(sent).to.have.length(110);
    await Promise.all([before, after]);
  });

  it('is one limit for conditions, Events and policy reports together', async () => {
    const all = Promise.all([
      ...Array.from({ length: 100 }, condition),
      ...Array.from({ length: 100 }, () => writes.events.createNamespacedEvent({ namespace: 'a', body })),
      ...Array.from({ length: 50 }, () => writes.customObjects.createNamespacedCustomObject(object)),
      ...Array.from({ length: 50 }, () =>
        writes.customObjects.patchNamespacedCustomObject({ ...object, name: 'b' }),
      ),
    ]);
    await settled();
    expect(sent).to.have.length(250).and.to.not.include('patch report');
    await pass(1000);
    await all;
    expect(sent).to.have.length(300);
  });

  it('sends nothing once another replica leads, also of what is in line already', async () => {
    const all = Promise.allSettled(Array.from({ length: 251 }, condition));
    await settled();
    leading = false;
    await pass(1000);
    const last = (await all).at(-1);
    expect(last).to.have.nested.property('reason.name', 'NotLeadingError');
    expect(sent).to.have.length(250);
  });

  it('passes requests on, and answers and errors back', async () => {
    await writes.conditions.patchNamespacedPodStatus({ ...address, body: 1 });
    expect(given).to.deep.equal([{ ...address, body: 1 }]);
    await writes.events.patchNamespacedEvent({ ...address, body: 2 });
    expect(given).to.deep.equal([{ ...address, body: 2 }]);
    expect(await writes.events.readNamespacedEvent(address)).to.deep.equal({ metadata: {} });
    series = { count: 3, lastObservedTime: new Date(0) };
    expect(await writes.events.readNamespacedEvent(address)).to.deep.equal({ metadata: {}, series });
    expect(sent).to.deep.equal(['condition', 'patch', 'read', 'read']);

    const refusal = new Error('forbidden');
    const refusing: unknown = { patchNamespacedPodStatus: () => Promise.reject(refusal) };
    const { conditions } = limitWrites(refusing as Calls, leadership);
    const failed = conditions.patchNamespacedPodStatus({ ...address, body: {} });
    expect(await failed.catch((error: unknown) => error)).to.equal(refusal);
  });
});
