import { expect } from 'chai';
import { catalogueEntry, FINDING_NAMES, type FindingName } from '../core/audit/catalogue.ts';
import { finding } from '../core/audit/finding.ts';
import type { Report, Status } from '../core/audit/report.ts';
import { PodStatuses } from './pod-statuses.ts';

function verdict(namespace: string, name: string, status: Status, ...names: FindingName[]): Report {
  const findings = names.map((each) => finding(each, 'so it is'));
  return {
    namespace,
    name,
    uid: name,
    status,
    findings,
    dialect: undefined,
    undecided: [],
    recheckAt: undefined,
    configSource: undefined,
  };
}

describe('pod statuses', () => {
  let statuses: PodStatuses;
  const set = (...args: Parameters<typeof verdict>): boolean =>
    statuses.set(`${args[0]}/${args[1]}`, verdict(...args));
  const counted = (): readonly string[] =>
    statuses.podCounts().map(({ namespace, status, pods }) => `${namespace} ${status} ${pods}`);
  /** The findings that some pod has. */
  const present = (): readonly string[] =>
    statuses
      .findingCounts()
      .filter(({ pods }) => pods > 0)
      .map(({ namespace, code, severity, pods }) => `${namespace} ${code} ${severity} ${pods}`);

  beforeEach(() => (statuses = new PodStatuses()));

  it('counts the pods of each namespace by status, zeros included', () => {
    set('a', 'one', 'Verified');
    set('a', 'two', 'Discrepant', 'SidecarMissing');
    set('b', 'one', 'Verified');
    expect(counted()).to.deep.equal([
      ...['a Verified 1', 'a Discrepant 1', 'a Unknown 0', 'a NotApplicable 0'],
      ...['b Verified 1', 'b Discrepant 0', 'b Unknown 0', 'b NotApplicable 0'],
    ]);
  });

  it('takes the last verdict on a pod, so that the number of a mended finding falls', () => {
    set('a', 'one', 'Discrepant', 'SidecarMissing');
    set('a', 'two', 'Discrepant', 'SidecarMissing');
    const { code, severity } = catalogueEntry('SidecarMissing');
    expect(present()).to.deep.equal([`a ${code} ${severity} 2`]);
    set('a', 'one', 'Verified');
    expect(present()).to.deep.equal([`a ${code} ${severity} 1`]);
  });

  it('says whether a verdict is news', () => {
    expect(set('a', 'one', 'Verified'), 'nothing wrong at first sight').to.equal(false);
    expect(set('a', 'two', 'Discrepant', 'SidecarMissing'), 'something wrong at first sight').to.equal(true);
    expect(set('a', 'two', 'Discrepant', 'SidecarMissing'), 'the same again').to.equal(false);
    expect(set('a', 'two', 'Discrepant', 'RuleRefused'), 'another finding').to.equal(true);
    expect(set('a', 'two', 'Verified'), 'mended').to.equal(true);
  });

  it('counts a pod once that has the same finding twice', () => {
    set('a', 'one', 'Discrepant', 'RuleRefused', 'RuleRefused');
    expect(present()).to.have.length(1);
    expect(present()[0]).to.match(/ 1$/);
  });

  it('has a number for every code of a namespace with meshed pods, and none where the mesh is not', () => {
    set('mesh', 'one', 'Verified');
    set('plain', 'one', 'NotApplicable', 'NotInMesh');
    const findings = statuses.findingCounts();
    expect(findings.map(({ code }) => code)).to.deep.equal(
      FINDING_NAMES.map((name) => catalogueEntry(name).code),
    );
    expect(new Set(findings.map(({ namespace }) => namespace))).to.deep.equal(new Set(['mesh']));
  });

  it('leaves no number of a namespace behind when its last pod is forgotten', () => {
    set('a', 'one', 'Discrepant', 'SidecarMissing');
    set('b', 'one', 'Verified');
    statuses.forget('a/one');
    statuses.forget('a/never-seen');
    expect(new Set([...counted(), ...statuses.findingCounts().map(({ namespace }) => namespace)])).to.satisfy(
      (all: Set<string>) => [...all].every((each) => each.startsWith('b')),
    );
  });
});
