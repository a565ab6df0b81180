import { expect } from 'chai';
import { finding } from '../../core/audit/finding.ts';
import type { Report, Status } from '../../core/audit/report.ts';
import { junitText } from './junit.ts';

const reportOf = (name: string, status: Status, rest: Partial<Report> = {}): Report => ({
  namespace: 'shop',
  name,
  uid: name,
  status,
  dialect: undefined,
  configSource: undefined,
  findings: [],
  undecided: [],
  recheckAt: undefined,
  ...rest,
});
const textOf = (...reports: readonly Report[]): string =>
  junitText({ configs: [], pods: reports.map((report) => ({ report, source: undefined })) });

describe('-o junit', () => {
  it('has a suite for each namespace and a case for each pod, by its status', () => {
    const text = textOf(
      reportOf('good', 'Verified'),
      reportOf('bad', 'Discrepant', {
        findings: [finding('RuleRefused', 'No such chain.', { fix: 'kubectl delete pod bad' })],
      }),
      reportOf('odd', 'Unknown', { namespace: 'bank', findings: [finding('ConfigMissing', 'None.')] }),
      reportOf('job', 'NotApplicable', { findings: [finding('NotInMesh', 'Not in the mesh.')] }),
    );
    expect(text.split('\n').map((line) => line.trim())).to.include.members([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="osm-auditor" tests="4" failures="1" errors="1">',
      '<testsuite name="bank" tests="1" failures="0" errors="1" skipped="0">',
      '<testsuite name="shop" tests="3" failures="1" errors="0" skipped="1">',
      '<testcase classname="shop" name="good"/>',
      '<failure type="OA302 RuleRefused" message="No such chain.">OA302 No such chain.',
      'kubectl delete pod bad',
      '<skipped>Not in the mesh.</skipped>',
    ]);
    expect(text.match(/<error /g)).to.have.length(1);
  });

  it('lets no text be markup, and holds no character that XML may not', () => {
    const evil = '"><script>&amp;\u0000\u001b[31m\uffff\ud800]]>';
    const text = textOf(
      reportOf(evil, 'Discrepant', {
        namespace: evil,
        findings: [finding('RuleRefused', evil, { fix: evil })],
      }),
    );
    expect(text).to.not.match(/<script|\]\]>/);
    expect(text.replaceAll('\n', '')).to.not.match(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u);
    expect(text).to.include(
      'name="&quot;&gt;&lt;script&gt;&amp;amp;\\u{0}\\u{1b}[31m\\u{ffff}\\u{d800}]]&gt;"',
    );
  });

  it('is well-formed without any pod', () => {
    expect(textOf()).to.match(
      /<testsuites name="osm-auditor" tests="0" failures="0" errors="0">\n<\/testsuites>\n$/,
    );
  });
});
