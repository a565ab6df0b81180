import { expect } from 'chai';
import { isLongerThan } from './bytes.ts';

describe('isLongerThan', () => {
  it('counts bytes, not characters', () => {
    expect(isLongerThan('a'.repeat(28), 28)).to.equal(false);
    expect(isLongerThan('a'.repeat(29), 28)).to.equal(true);
    expect(isLongerThan('ä'.repeat(14), 28)).to.equal(false);
    expect(isLongerThan(`a${'ä'.repeat(14)}`, 28)).to.equal(true);
    expect(isLongerThan('€'.repeat(9), 27)).to.equal(false);
    expect(isLongerThan('€'.repeat(10), 29)).to.equal(true);
    expect(isLongerThan('', 0)).to.equal(false);
  });
});
