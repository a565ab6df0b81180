import { expect } from 'chai';
import { withoutEffect } from '../../testing/builders.ts';
import { finding, type Finding } from './finding.ts';
import { sortFindings, statusOf } from './report.ts';

const EXTRA = finding('ExcludedRangeExtra', 'Extra.');
const LESS_SEVERE: Finding = { ...finding('RuleOrderWrong', 'Order.'), severity: 'warning' };
const STARTING = finding('PodStarting', 'Starting.');
const BAD_CONFIG = finding('ConfigPortInvalid', 'A bad port.');
const OUTSIDE = finding('NotInMesh', 'Outside.');
const EXPOSED = withoutEffect('Exposed.', { code: 'OA101', severity: 'error' });
const NOTED = withoutEffect('Noted.', { severity: 'info' });

describe('a report', () => {
  it('takes its status from the worst finding', () => {
    expect(statusOf([])).to.equal('Verified');
    expect(statusOf([STARTING, EXTRA, OUTSIDE])).to.equal('Discrepant');
    expect(statusOf([OUTSIDE, STARTING])).to.equal('Unknown');
    expect(statusOf([OUTSIDE])).to.equal('NotApplicable');
  });

  it('is Verified with findings that leave the status as it is, and theirs where others decide', () => {
    expect(statusOf([EXPOSED, NOTED])).to.equal('Verified');
    expect(statusOf([EXPOSED, STARTING])).to.equal('Unknown');
    expect(statusOf([NOTED, OUTSIDE])).to.equal('NotApplicable');
    expect(statusOf([EXPOSED, EXTRA])).to.equal('Discrepant');
  });

  it('puts what decides the status first, however severe the rest, then the worst, then the lowest code', () => {
    const sorted = [EXTRA, LESS_SEVERE, BAD_CONFIG, STARTING, OUTSIDE, EXPOSED, NOTED];
    expect(sortFindings(sorted.toReversed())).to.deep.equal(sorted);
    const alike = [EXPOSED, withoutEffect('Exposed too.', { code: 'OA102', severity: 'error' })];
    expect(sortFindings(alike.toReversed())).to.deep.equal(alike);
  });
});
