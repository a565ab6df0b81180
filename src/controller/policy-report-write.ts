/** What is sent to make a policy report say what it should. */
import { foundAt, policyReport } from '../core/audit/policy-report.ts';
import type { PolicyReportApi } from '../core/audit/policy-report-object.ts';
import type { Report } from '../core/audit/report.ts';
import { DIGEST, digestOf, resultKey, type StoredPolicyReport } from './policy-report-snapshot.ts';

/** One report to be created or patched. */
export interface PolicyReportWrite {
  readonly verb: 'create' | 'patch';
  readonly api: PolicyReportApi;
  readonly namespace: string;
  readonly name: string;
  readonly body: object;
  readonly said: StoredPolicyReport;
}

/**
 * One write, or none where the report says so already.
 *
 * @param before what the report says; undefined when there is none
 * @param now in milliseconds since the epoch: when results are found that were not there before
 */
export function policyReportWrites(
  verb: PolicyReportWrite['verb'],
  api: PolicyReportApi,
  report: Report,
  before: StoredPolicyReport | undefined,
  now: number,
): readonly PolicyReportWrite[] {
  const wanted = policyReport(report, api, undefined);
  const digest = digestOf(wanted);
  if (digest === before?.digest) return [];
  const found: Record<string, number> = {};
  const results = wanted.results.map((result) => {
    const key = resultKey(result);
    const seconds = before?.found[key] ?? Math.floor(now / 1000);
    found[key] = seconds;
    return foundAt(result, seconds * 1000);
  });
  const { namespace, name } = wanted.metadata;
  const metadata = { ...wanted.metadata, annotations: { [DIGEST]: digest } };
  return [{ verb, api, namespace, name, body: { ...wanted, metadata, results }, said: { digest, found } }];
}
