import { expect } from 'chai';
import { finding, type Finding } from './finding.ts';
import type { Report } from './report.ts';
import { restartsFor } from './restarts.ts';

const FIX = 'kubectl -n test rollout restart deployment/web';
const OTHER = 'kubectl -n test rollout restart deployment/api';

const pod = (...findings: readonly Finding[]): Report => {
  return {
    namespace: 'test',
    name: 'x',
    uid: '',
    status: 'Discrepant',
    dialect: 'R1',
    findings,
    undecided: [],
    recheckAt: undefined,
    configSource: undefined,
  };
};
const extra = (fix: string): Finding => finding('ExcludedRangeExtra', 'Extra.', { fix });
const missing = (fix: string): Finding => finding('ExcludedPortMissing', 'Missing.', { fix });

describe('restartsFor', () => {
  it('counts a pod once for each command, and the workload with the most pods first', () => {
    const reports = [pod(extra(OTHER)), pod(extra(FIX), missing(FIX)), pod(missing(FIX)), pod()];
    expect(restartsFor(reports)).to.deep.equal([
      { fix: FIX, pods: 2, codes: ['OA402', 'OA403'] },
      { fix: OTHER, pods: 1, codes: ['OA402'] },
    ]);
  });

  it('names no other command, and nothing for what leaves a pod what it is', () => {
    expect(restartsFor([pod(extra('kubectl -n test delete pod x'))])).to.deep.equal([]);
    expect(restartsFor([pod({ ...extra(FIX), effect: 'None' })])).to.deep.equal([]);
  });

  for (const name of [
    'RecreationWillFail',
    'PortAnnotationInvalid',
    'InjectorMissing',
    'InjectedUnasked',
  ] as const) {
    it(`advises no restart of a pod with ${name}`, () => {
      expect(restartsFor([pod(extra(FIX), finding(name, 'In the way.'))])).to.deep.equal([]);
    });
  }
});
