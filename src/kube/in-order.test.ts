import { expect } from 'chai';
import { InOrder } from './in-order.ts';
import { settle } from '../testing/kube/manual-clock.ts';

describe('work in order', () => {
  let order: InOrder;
  let log: string[];
  const open = new Map<string, (fail?: Error) => void>();

  beforeEach(() => {
    order = new InOrder();
    log = [];
  });

  const work = (key: string, name: string): Promise<string> =>
    order.run(key, async () => {
      log.push(`begin ${name}`);
      const failure = await new Promise<Error | undefined>((resolve) => open.set(name, resolve));
      log.push(`end ${name}`);
      if (failure !== undefined) throw failure;
      return name;
    });

  it('is done one after the other for a key, and side by side for several', async () => {
    const all = Promise.all([work('a', '1'), work('a', '2'), work('b', '3')]);
    await settle();
    expect(log).to.deep.equal(['begin 1', 'begin 3']);
    open.get('1')?.();
    await settle();
    expect(log.slice(2)).to.deep.equal(['end 1', 'begin 2']);
    open.get('2')?.();
    open.get('3')?.();
    expect(await all).to.deep.equal(['1', '2', '3']);
  });

  it('goes on after a failure, which concerns only who asked for that work', async () => {
    const all = Promise.allSettled([work('a', '1'), work('a', '2')]);
    await settle();
    open.get('1')?.(new Error('no'));
    await settle();
    open.get('2')?.();
    expect((await all).map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
  });

  it('begins at once when the work before has ended', () => {
    void work('a', '1').catch(() => undefined);
    expect(log).to.deep.equal(['begin 1']);
  });
});
