import { expect } from 'chai';
import fc from 'fast-check';
import { audit } from '../../core/audit/audit.ts';
import type { Report, Status } from '../../core/audit/report.ts';
import { finding } from '../../core/audit/finding.ts';
import { inputFor, meshedPod } from '../../testing/builders.ts';
import { groupAlike, groupName } from './pod-groups.ts';
import { narrowTable } from './pod-table.ts';
import { plain } from '../styled-text.ts';

const VERIFIED = audit(inputFor(meshedPod()));

function report(name: string, details: Partial<Report> = {}): Report {
  return { ...VERIFIED, name, ...details };
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `web-${i}`);

function rows(reports: readonly Report[], showPods = false): readonly string[] {
  const pods = reports.map((each) => ({ report: each, source: undefined }));
  return plain(narrowTable(pods, { showPods })).trimEnd().split('\n').slice(1);
}

function extra(...values: readonly string[]): Partial<Report> {
  const findings = [finding('ExcludedRangeExtra', `Excluded: ${values.join()}.`, { evidence: { values } })];
  return { status: 'Discrepant', findings };
}

describe('pods that are alike', () => {
  it('have a line each while they are three', () => {
    expect(rows(names(3).map((name) => report(name)))).to.have.length(3);
  });

  it('share one when they are four, which names the first', () => {
    expect(rows(names(4).map((name) => report(name)))).to.deep.equal([
      'test        4 pods, such as web-0   Verified',
    ]);
  });

  it('share a line for each of their findings', () => {
    const both = [
      finding('ExcludedRangeExtra', 'Ranges.', { evidence: { values: ['10.0.0.0/8'] } }),
      finding('ExcludedPortExtra', 'Ports.', { evidence: { values: ['80'] } }),
    ];
    const lines = rows(names(5).map((name) => report(name, { status: 'Discrepant', findings: both })));
    expect(lines).to.deep.equal([
      'test        5 pods, such as web-0   Discrepant   OA402   Ranges.',
      'test        5 pods, such as web-0   Discrepant   OA404   Ports.',
    ]);
  });

  it('have a line each when that is asked for', () => {
    expect(
      rows(
        names(4).map((name) => report(name)),
        true,
      ),
    ).to.have.length(4);
  });

  it('stand where the first of them stands', () => {
    const mixed = [
      report('a', extra('1.1.1.1/32')),
      ...names(4).map((name) => report(name)),
      report('b', extra('1.1.1.1/32')),
    ];
    expect(rows(mixed).map((line) => line.split(/ {3,}/)[1])).to.deep.equal([
      'a',
      '4 pods, such as web-0',
      'b',
    ]);
  });

  it('are not those of another namespace, status or value', () => {
    const different = [
      ...names(2).map((name) => report(name, extra('1.1.1.1/32'))),
      ...names(2).map((name) => report(name, extra('2.2.2.2/32'))),
      ...names(2).map((name) => report(name, { ...extra('1.1.1.1/32'), namespace: 'other' })),
      ...names(2).map((name) => report(name, { ...extra('1.1.1.1/32'), status: 'Unknown' })),
    ];
    expect(rows(different)).to.have.length(8);
  });

  it('are told apart by what they are told to have, not by the words for it', () => {
    const said = names(4).map((name, i) => {
      const findings = [finding('SidecarNotRunning', `It ended with ${i}.`)];
      return report(name, { status: 'Discrepant', findings });
    });
    expect(rows(said)).to.have.length(1);
  });

  it('are all in one line, whatever they are', () => {
    const status = fc.constantFrom<Status>('Verified', 'Discrepant', 'Unknown');
    const some = fc.record({ namespace: fc.constantFrom('a', 'b'), status, own: fc.boolean() });
    fc.assert(
      fc.property(fc.array(some), (pods) => {
        const reports = pods.map(({ namespace, status: is, own }, i) => {
          return report(`p${i}`, { ...(own ? extra('1.1.1.1/32') : {}), namespace, status: is });
        });
        const groups = groupAlike(reports);
        expect(groups.reduce((sum, group) => sum + group.pods, 0)).to.equal(reports.length);
        expect(groups.map(({ first }) => reports.indexOf(first))).to.deep.equal(
          groups.map(({ first }) => reports.indexOf(first)).sort((a, b) => a - b),
        );
        for (const { pods: count } of groups) expect(count === 1 || count > 3).to.equal(true);
        expect(new Set(groups.map(groupName)).size).to.equal(groups.length);
      }),
    );
  });
});
