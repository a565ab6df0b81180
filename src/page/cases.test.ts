import { expect } from 'chai';
import { finding, type Finding } from '../core/audit/finding.ts';
import type { Report } from '../core/audit/report.ts';
import { groupFindings } from './cases.ts';
import type { PagePod } from './page-input.ts';

function pod(name: string, ...findings: readonly Finding[]): PagePod {
  const report: Report = {
    namespace: 'test',
    name,
    uid: name,
    status: 'Discrepant',
    dialect: undefined,
    configSource: undefined,
    findings,
    undecided: [],
    recheckAt: undefined,
  };
  return { report, rules: { expected: undefined, installed: undefined, live: undefined } };
}

const NO_RULES = new Map<PagePod, string>();

describe('findings by cause', () => {
  const restart = (workload: string): Finding =>
    finding('ExcludedRangeExtra', 'too much', { fix: `kubectl -n test rollout restart ${workload}` });
  const crash = finding('SidecarNotRunning', 'it keeps ending');
  const note = finding('RulesOutdated', 'worth knowing');

  it('puts what is said in the same words together, and all cases of a finding behind each other', () => {
    const pods = [
      pod('a', finding('ExcludedRangeExtra', 'other words')),
      pod('b', restart('deployment/web')),
      pod('c', restart('deployment/web')),
      pod('d', restart('deployment/api')),
    ];
    const [group, ...rest] = groupFindings(pods, NO_RULES);
    expect(rest).to.deep.equal([]);
    expect(group?.pods).to.equal(4);
    expect(
      group?.shown.map(({ id, finding: { message }, pods: its, fixes }) => [
        id.split('-')[0],
        message,
        its.map(({ report }) => report.name).join(),
        fixes.map(({ text, pods: count }) => `${count} ${text.split(' ').at(-1) ?? ''}`),
      ]),
    ).to.deep.equal([
      ['OA402', 'too much', 'b,c,d', ['2 deployment/web', '1 deployment/api']],
      ['OA402', 'other words', 'a', [`1 ${group?.entry.remedy.split(' ').at(-1) ?? ''}`]],
    ]);
  });

  it('shows what decides the status first, whatever comes first among the pods', () => {
    const groups = groupFindings([pod('a', note), pod('b', crash), pod('c', note)], NO_RULES);
    expect(groups.map(({ entry }) => entry.code)).to.deep.equal([crash.code, note.code]);
  });

  it('counts a pod once that has a finding twice', () => {
    const [group] = groupFindings(
      [pod('a', crash, crash, finding('SidecarNotRunning', 'other words'))],
      NO_RULES,
    );
    expect([group?.pods, group?.shown.map(({ fixes }) => fixes.map(({ pods }) => pods))]).to.deep.equal([
      1,
      [[1], [1]],
    ]);
  });

  it('has none without findings', () => expect(groupFindings([pod('a')], NO_RULES)).to.deep.equal([]));
});
