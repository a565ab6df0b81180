/**
 * `-o junit`: JUnit's XML, which CI systems show as test results. A namespace is a suite and a pod is a case: Discrepant is a
 * failure, Unknown an error, NotApplicable is skipped.
 *
 * Guarantee: well-formed whatever the texts are. What no XML may hold, or nobody sees, is shown as `\u{1b}`.
 * Source: the schema that Jenkins publishes (jenkins-junit.xsd), whose elements all readers know.
 */
import { visible, visibleLines } from '../../core/audit/quote.ts';
import type { Finding } from '../../core/audit/finding.ts';
import type { Report, Status } from '../../core/audit/report.ts';
import { shownName, type AuditResult } from './report-document.ts';

export function junitText({ pods }: AuditResult): string {
  const reports = pods.map((judged) => ({ ...judged.report, name: shownName(judged) }));
  const namespaces = [...new Set(reports.map(({ namespace }) => namespace))].sort();
  const suites = namespaces.map((name) =>
    suite(
      name,
      reports.filter(({ namespace }) => namespace === name),
    ),
  );
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return `${head}<testsuites name="osm-auditor"${counts(reports)}>\n${suites.join('')}</testsuites>\n`;
}

function suite(namespace: string, reports: readonly Report[]): string {
  const cases = reports.map(testCase).join('');
  const skipped = ` skipped="${count(reports, 'NotApplicable')}"`;
  return `  <testsuite name="${attribute(namespace)}"${counts(reports)}${skipped}>\n${cases}  </testsuite>\n`;
}

function testCase({ namespace, name, status, findings }: Report): string {
  const head = `    <testcase classname="${attribute(namespace)}" name="${attribute(name)}"`;
  switch (status) {
    case 'Verified':
      return `${head}/>\n`;
    case 'Discrepant':
      return `${head}>\n${result('failure', findings)}    </testcase>\n`;
    case 'Unknown':
      return `${head}>\n${result('error', findings)}    </testcase>\n`;
    case 'NotApplicable':
      // The schema knows no attribute of it, and readers take the text.
      return `${head}>\n      <skipped>${escaped(visible(findings[0]?.message ?? ''))}</skipped>\n    </testcase>\n`;
  }
}

/** The first finding is what decides the status; the text has all. */
function result(element: 'failure' | 'error', findings: readonly Finding[]): string {
  const [first] = findings;
  const type = first === undefined ? '' : `${first.code} ${first.name}`;
  const message = attribute(first?.message ?? '');
  const lines = findings.map(({ code, message: text, fix }) => `${code} ${text}\n    ${fix}\n`).join('');
  return `      <${element} type="${type}" message="${message}">${escaped(visibleLines(lines))}</${element}>\n`;
}

function counts(reports: readonly Report[]): string {
  const [failures, errors] = [count(reports, 'Discrepant'), count(reports, 'Unknown')];
  return ` tests="${reports.length}" failures="${failures}" errors="${errors}"`;
}

function count(reports: readonly Report[], status: Status): number {
  return reports.filter((report) => report.status === status).length;
}

function attribute(text: string): string {
  return escaped(visible(text)).replaceAll('"', '&quot;');
}

/** U+FFFE and U+FFFF are characters that XML has no way to write. */
function escaped(text: string): string {
  return text
    .replace(/[\uFFFE\uFFFF]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
