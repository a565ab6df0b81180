/**
 * `-o policyreport` and `-o openreports`: one policy report for each pod, in a List, as `kubectl apply` takes it and as
 * dashboards of policy reports read it. Pods that are only to be created have none: a report is about an object.
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
      items: pods
        .filter(({ predicted }) => predicted === undefined)
        .map(({ report }) => policyReport(report, api, at)),
    });
}
