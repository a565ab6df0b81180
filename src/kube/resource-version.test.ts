import { expect } from 'chai';
import { compareResourceVersions } from './resource-version.ts';

describe('resource versions', () => {
  it('are compared as integers, also beyond what a number holds', () => {
    expect(compareResourceVersions('9', '10')).to.be.below(0);
    expect(compareResourceVersions('10', '9')).to.be.above(0);
    expect(compareResourceVersions('9007199254740993', '9007199254740992')).to.be.above(0);
    expect(compareResourceVersions('123', '123')).to.equal(0);
  });

  it('that are no integers are the same or nobody knows', () => {
    expect(compareResourceVersions('absent', 'absent')).to.equal(0);
    for (const other of ['1', '', 'x', '01', '-1', '1.5']) {
      expect(compareResourceVersions('absent', other)).to.equal(undefined);
    }
  });
});
