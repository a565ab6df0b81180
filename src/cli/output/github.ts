/**
 * `-o github`: workflow commands, which GitHub shows as annotations beside the lines of a pull request. A finding is one
 * annotation, at the place of its cause in the files; the last line is the summary of the table.
 *
 * Guarantee: no text of an object can be a command of its own or end one: a finding is one line.
 * Sources: docs.github.com, "Workflow commands for GitHub Actions"; what the runner and the toolkit of GitHub Actions escape.
 * Limit: GitHub shows ten annotations of each kind for a step; the log has all.
 */
import { checkConfig } from '../../core/audit/checks/config.ts';
import type { Finding } from '../../core/audit/finding.ts';
import { visible } from '../../core/audit/quote.ts';
import { placeOf, type FilePlace } from '../place.ts';
import { shownName, summarise, summaryLine, type AuditResult } from './report-document.ts';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

export function githubText({ configs, pods, configTexts = new Map() }: AuditResult): string {
  const lines = [
    // What is wrong with a configuration would be said of every pod.
    ...configs
      .flatMap(checkConfig)
      .map((finding) => command(finding, '', placeOf(finding, undefined, configTexts))),
    ...pods.flatMap((judged) =>
      judged.report.findings
        .filter(({ scope }) => scope === 'pod')
        .map((finding) =>
          command(
            finding,
            `${judged.report.namespace}/${shownName(judged)}: `,
            placeOf(finding, judged.text, configTexts),
          ),
        ),
    ),
    summaryLine(summarise(pods)),
  ];
  return `${lines.join('\n')}\n`;
}

function command(
  { code, name, severity, message, fix }: Finding,
  of: string,
  place: FilePlace | undefined,
): string {
  const where = place === undefined ? [] : [`file=${property(place.file)}`, `line=${place.line}`];
  const properties = [...where, `title=${property(`${code} ${name}`)}`].join(',');
  return `::${COMMANDS[severity]} ${properties}::${data(`${of}${message} Fix: ${fix}`)}`;
}

function data(text: string): string {
  return visible(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
