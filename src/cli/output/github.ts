/**
 * `-o github`: workflow commands, which GitHub shows as annotations beside the lines of a pull request. A finding is one
 * annotation, at the place in the file that its pod was read from; the last line is the summary of the table.
 *
 * Guarantee: no text of an object can be a command of its own or end one: a finding is one line.
 * Source: docs.github.com, "Workflow commands for GitHub Actions".
 * Limit: GitHub shows ten annotations of each kind for a step; the log has all.
 */
import { checkConfig } from '../../core/audit/checks/config.ts';
import type { Finding } from '../../core/audit/finding.ts';
import { visible } from '../../core/audit/quote.ts';
import type { Origin } from '../input/source-object.ts';
import { summarise, summaryLine, type AuditResult } from './report-document.ts';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

export function githubText({ configs, pods }: AuditResult): string {
  const lines = [
    // What is wrong with a configuration would be said of every pod.
    ...configs.flatMap(checkConfig).map((finding) => command(finding, '', undefined)),
    ...pods.flatMap(({ report, source }) =>
      report.findings
        .filter(({ scope }) => scope === 'pod')
        .map((finding) => command(finding, `${report.namespace}/${report.name}: `, source)),
    ),
    summaryLine(summarise(pods)),
  ];
  return `${lines.join('\n')}\n`;
}

function command(
  { code, name, severity, message, fix }: Finding,
  of: string,
  source: Origin | undefined,
): string {
  const place = source === undefined || source.file === 'standard input' ? [] : placeOf(source);
  const properties = [...place, `title=${property(`${code} ${name}`)}`].join(',');
  return `::${COMMANDS[severity]} ${properties}::${data(`${of}${message} Fix: ${fix}`)}`;
}

function placeOf({ file, line }: Origin): readonly string[] {
  return [`file=${property(file)}`, `line=${line}`];
}

function data(text: string): string {
  return visible(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
