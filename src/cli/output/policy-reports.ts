/**
 * `-o policyreport` and `-o openreports`: one policy report for each pod, in a List, as `kubectl apply` takes it and as
 * dashboards of policy reports read it.
 */
import { policyReport } from '../../core/audit/policy-report.ts';
import type { PolicyReportApi } from '../../core/audit/policy-report-object.ts';
import type { AuditResult } from './report-document.ts';
import { yamlText } from './yaml-text.ts';

export function policyReportsText(api: PolicyReportApi): (result: AuditResult) => string {
  return ({ pods, at }) =>
    yamlText({
      apiVersion: 'v1',
      kind: 'List',
      items: pods.map(({ report }) => policyReport(report, api, at)),
    });
}
