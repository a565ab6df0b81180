import { expect } from 'chai';
import { withoutEffect } from '../../testing/builders.ts';
import { conditionText, LIVE_REDIRECTION, REDIRECTION } from './condition-text.ts';
import { finding, type Finding } from './finding.ts';
import { statusOf, type Report } from './report.ts';

const EXTRA = finding('ExcludedRangeExtra', 'Extra.');
const STARTING = finding('PodStarting', 'Starting.');
const EXPOSED = withoutEffect('Exposed.', { severity: 'error' });

const reportWith = (...findings: readonly Finding[]): Report => {
  const status = statusOf(findings);
  return {
    namespace: 'test',
    name: 'web',
    uid: 'a',
    status,
    findings,
    dialect: undefined,
    undecided: [],
    recheckAt: undefined,
    configSource: undefined,
  };
};

describe('the text of the condition', () => {
  it('of a Verified pod is the same with findings that leave the status as it is', () => {
    expect(conditionText(reportWith(EXPOSED))).to.deep.equal(conditionText(reportWith()));
    expect(conditionText(reportWith())).to.include({ status: 'True', reason: 'Verified' });
  });

  it('has its reason and message from findings that make the status what it is', () => {
    expect(conditionText(reportWith(EXPOSED, EXTRA, STARTING))).to.deep.equal({
      status: 'False',
      reason: 'ExcludedRangeExtra',
      message: 'OA402 Extra. OA208 Starting.',
    });
    expect(conditionText(reportWith(EXPOSED, STARTING))).to.deep.equal({
      status: 'Unknown',
      reason: 'PodStarting',
      message: 'OA208 Starting.',
    });
  });

  it('speaks of the kernel in the words of the condition about it', () => {
    expect(conditionText(reportWith(), LIVE_REDIRECTION)).to.deep.equal({
      status: 'True',
      reason: 'Verified',
      message: 'The kernel redirects traffic as the mesh configuration says.',
    });
    for (const word of ['type', 'verified', 'recovered'] as const)
      expect(LIVE_REDIRECTION[word]).not.to.equal(REDIRECTION[word]);
  });

  it('is none for a pod that the mesh does not concern', () => {
    expect(conditionText(reportWith(finding('NotInMesh', 'Outside.')))).to.equal(undefined);
  });
});
