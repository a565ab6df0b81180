import { expect } from 'chai';
import { Notices } from './notices.ts';

describe('notices', () => {
  it('keep the earliest change until it is taken', () => {
    const notices = new Notices();
    notices.note('a', 1);
    notices.note('a', 2);
    expect([notices.take('a'), notices.take('a')]).to.deep.equal([1, undefined]);
  });

  it('go on from the first try when an answer failed', () => {
    const notices = new Notices();
    notices.note('a', 1);
    const taken = notices.take('a');
    notices.note('a', 5);
    notices.restore('a', taken);
    notices.restore('b', undefined);
    expect([notices.take('a'), notices.take('b')]).to.deep.equal([1, undefined]);
  });
});
