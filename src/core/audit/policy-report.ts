/**
 * What a policy report says of one pod: the object that Kyverno, Trivy and others write of a resource each, and that
 * dashboards read. Made from a report, as the words of the condition are.
 *
 * Guarantees: valid by the schema of either group; times apart, the same report makes the same object; at most some
 * kilobytes, whatever the pod holds.
 */
import { shorten, RECOVERED_NOTE, RECOVERED_REASON } from './condition-text.ts';
import type { Effect, Severity } from './catalogue/entry.ts';
import type { Finding } from './finding.ts';
import type { Outcome, PolicyReport, PolicyReportApi, PolicyResult } from './policy-report-object.ts';
import { visible } from './quote.ts';
import type { Report } from './report.ts';

const SOURCE = 'osm-auditor';
const CATEGORY = 'Traffic redirection';
/** By which ours are told from those of others. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': SOURCE } as const;

const OUTCOME: Readonly<Record<Effect, Outcome>> = {
  Discrepant: 'fail',
  Unknown: 'error',
  NotApplicable: 'skip',
  None: 'warn',
};
const SEVERITY = { error: 'high', warning: 'medium', info: 'info' } as const satisfies Record<
  Severity,
  string
>;

/** Other engines name their reports by the uid alone. */
export function policyReportName({ uid, name }: Pick<Report, 'uid' | 'name'>): string {
  return `${SOURCE}-${uid === '' ? name : uid}`;
}

/** @param at when the pod was judged, in milliseconds since the epoch */
export function policyReport(report: Report, api: PolicyReportApi, at: number | undefined): PolicyReport {
  const { namespace, name, uid } = report;
  const results = resultsOf(report).map((result) => (at === undefined ? result : foundAt(result, at)));
  const pod = { apiVersion: 'v1', kind: 'Pod', name };
  // A file may hold a pod that no server has seen.
  const identity = uid === '' ? {} : { uid };
  return {
    apiVersion: `${api.group}/${api.version}`,
    kind: api.kind,
    metadata: {
      name: policyReportName(report),
      namespace,
      labels: MANAGED_BY,
      ...(uid === '' ? {} : { ownerReferences: [{ ...pod, uid }] }),
    },
    ...(api.sourced ? { source: SOURCE } : {}),
    scope: { ...pod, namespace, ...identity },
    summary: summaryOf(results),
    results,
  };
}

/** The times of the API have whole seconds here: more nobody needs. */
export function foundAt(result: PolicyResult, at: number): PolicyResult {
  return { ...result, timestamp: { seconds: Math.floor(at / 1000), nanos: 0 } };
}

/** What is wrong with a configuration is told of a pod only where it decides what the pod is. */
function resultsOf({ status, findings }: Report): readonly PolicyResult[] {
  const own = findings.filter(({ scope, effect }) => scope === 'pod' || effect !== 'None');
  return status === 'Verified' ? [PASS, ...own.map(resultOf)] : own.map(resultOf);
}

const PASS: PolicyResult = {
  source: SOURCE,
  category: CATEGORY,
  policy: RECOVERED_REASON,
  result: 'pass',
  scored: true,
  message: RECOVERED_NOTE,
};

function resultOf(finding: Finding): PolicyResult {
  const { name, code, severity, effect, message } = finding;
  const result = OUTCOME[effect];
  return {
    source: SOURCE,
    category: CATEGORY,
    policy: name,
    rule: code,
    result,
    severity: SEVERITY[severity],
    // The API's word for a requirement that counts; one that warns does not.
    scored: result !== 'warn',
    message: shorten(message),
    properties: propertiesOf(finding),
  };
}

/** A command that was cut off could do something else, so one that is too long is left out. */
function propertiesOf({ fix, evidence }: Finding): Readonly<Record<string, string>> {
  const { source, field, cause, values = [] } = evidence;
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['fix', shorten(fix) === fix ? fix : undefined],
    ['source', source],
    ['field', field],
    ['cause', cause],
    ['values', values.length === 0 ? undefined : values.join(', ')],
  ];
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, shorten(visible(value))]])),
  );
}

function summaryOf(results: readonly PolicyResult[]): PolicyReport['summary'] {
  const count = (outcome: Outcome): number => results.filter(({ result }) => result === outcome).length;
  return {
    pass: count('pass'),
    fail: count('fail'),
    warn: count('warn'),
    error: count('error'),
    skip: count('skip'),
  };
}
