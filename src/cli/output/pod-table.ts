/** The tables of `check`: one line for each finding, and one for a pod without any. */
import { describeOrigin } from '../input/source-object.ts';
import { severityText, statusText, type StyledText } from '../styled-text.ts';
import { groupAlike, groupName, shownFindings } from './pod-groups.ts';
import { shownName, type JudgedPod } from './report-document.ts';
import { shorten, styledTable } from './table.ts';

/** How much a table may leave out. */
export interface Layout {
  /** Gives each pod its line, however many are alike. */
  readonly showPods: boolean;
}

/** Of a message in a narrow table; the codes lead to the rest. */
export const MESSAGE_WIDTH = 96;

export function narrowTable(pods: readonly JudgedPod[], { showPods }: Layout): StyledText {
  const reports = pods.map((judged) => ({ ...judged.report, name: shownName(judged) }));
  const groups = showPods ? reports.map((first) => ({ first, pods: 1 })) : groupAlike(reports);
  const rows = groups.flatMap((group) => {
    const { namespace, status } = group.first;
    const pod = [namespace, groupName(group), statusText(status)];
    const findings = shownFindings(group.first);
    if (findings.length === 0) return [[...pod, '', '']];
    return findings.map(({ code, severity, message }) => {
      return [...pod, severityText(severity, code), shorten(message, MESSAGE_WIDTH)];
    });
  });
  return styledTable(['NAMESPACE', 'NAME', 'STATUS', 'CODE', 'MESSAGE'], rows);
}

export function wideTable(pods: readonly JudgedPod[]): StyledText {
  const rows = pods.flatMap((judged) => {
    const { report, source } = judged;
    const pod = [report.namespace, shownName(judged), statusText(report.status), report.dialect ?? '<none>'];
    const from = source === undefined ? 'cluster' : describeOrigin(source);
    if (report.findings.length === 0) return [[...pod, '', '', '', '', from]];
    return report.findings.map(({ code, severity, name, message, fix }) => {
      return [...pod, severityText(severity, code), name, message, fix, from];
    });
  });
  const headers = ['NAMESPACE', 'NAME', 'STATUS', 'DIALECT', 'CODE', 'REASON', 'MESSAGE', 'FIX', 'SOURCE'];
  return styledTable(headers, rows);
}
