/** The output formats of `check`. */
import { checkConfig, isValid } from '../../core/audit/checks/config.ts';
import type { ConfigLookup } from '../../core/osm/mesh-config.ts';
import { OPEN_REPORTS, WG_POLICY } from '../../core/audit/policy-report-object.ts';
import { visible, visibleJson } from '../../core/audit/quote.ts';
import { restartsFor } from '../../core/audit/restarts.ts';
import { UsageError } from '../usage-error.ts';
import type { StyledText } from '../styled-text.ts';
import {
  reportDocument,
  shownName,
  styledSummary,
  summarise,
  type AuditResult,
  type JudgedPod,
} from './report-document.ts';
import { githubText } from './github.ts';
import { htmlText } from './html.ts';
import { junitText } from './junit.ts';
import { policyReportsText } from './policy-reports.ts';
import { sarifText } from './sarif.ts';
import { narrowTable, wideTable, type Layout } from './pod-table.ts';
import { yamlText } from './yaml-text.ts';

/** A format turns the whole result into text that ends in a newline. Those for people alone have colours. */
export type Format = (result: AuditResult, layout: Layout) => string | StyledText;

export const FORMATS: Readonly<Record<string, Format>> = {
  table: (result, layout) => [...narrowTable(result.pods, layout), ...footer(result)],
  wide: (result) => [...wideTable(result.pods), ...footer(result)],
  json: (result) => visibleJson(`${JSON.stringify(reportDocument(result), null, 2)}\n`),
  yaml: (result) => yamlText(reportDocument(result)),
  junit: junitText,
  github: githubText,
  sarif: sarifText,
  html: htmlText,
  policyreport: policyReportsText(WG_POLICY),
  openreports: policyReportsText(OPEN_REPORTS),
  name: (result) => result.pods.map(nameLine).join(''),
};

/** Formats that name the lines of values. */
export const PLACING: readonly string[] = ['github', 'sarif'];
/** Formats that show the rules of pods. */
export const SHOWING_RULES: readonly string[] = ['html'];

/** @throws UsageError for a format that does not exist */
export function formatNamed(name: string): Format {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format !== undefined) return format;
  throw new UsageError(
    `unknown output format ${JSON.stringify(name)}: one of ${Object.keys(FORMATS).join(', ')}`,
  );
}

function nameLine(judged: JudgedPod): string {
  const name = shownName(judged);
  return `${visible(judged.predicted === undefined ? `pod/${name}` : name)}\n`;
}

/** What stands below the tables: how many pods are what, and what mends them. */
export function footer({ configs, pods }: AuditResult): StyledText {
  return [
    '\n',
    ...styledSummary(summarise(pods)),
    '\n',
    sharedLines({ configs, pods }),
    restartLines(configs, pods),
  ];
}

/** What pods share, once: the lines of pods that have something of their own do not name it. */
function sharedLines({ configs, pods }: AuditResult): string {
  const notes = configs.flatMap(checkConfig).filter(({ severity }) => severity === 'info');
  const hidden = pods
    .map(({ report }) => report.findings)
    .filter((findings) => findings.some(({ scope }) => scope === 'pod'))
    .flatMap((findings) => findings.filter(({ scope }) => scope === 'shared'));
  const lines = new Set([...hidden, ...notes].map(({ code, message }) => `${code}   ${visible(message)}\n`));
  return lines.size === 0 ? '' : `\n${[...lines].join('')}`;
}

/** Of what concerns single pods the wide table has the command. */
function restartLines(configs: readonly ConfigLookup[], pods: readonly JudgedPod[]): string {
  const restarts = restartsFor(pods.map(({ report }) => report));
  if (restarts.length === 0) return '';
  const lines = restarts.map(({ fix, pods: count, codes }) => {
    return `  ${visible(fix)}   # ${count} ${count === 1 ? 'pod' : 'pods'}: ${codes.join(' ')}\n`;
  });
  const good = configs.every((config) => config.kind !== 'found' || isValid(config.config));
  const heading = good
    ? 'New pods would have the right rules:'
    : 'Once the configuration is corrected, new pods would have the right rules:';
  return `\n${heading}\n${lines.join('')}`;
}
