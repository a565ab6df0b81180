/** The output formats of `check`. */
import { checkConfig, isValid } from '../../core/audit/checks/config.ts';
import type { ConfigLookup } from '../../core/osm/mesh-config.ts';
import { visible, visibleJson } from '../../core/audit/quote.ts';
import { restartsFor } from '../../core/audit/restarts.ts';
import { describeOrigin } from '../input/source-object.ts';
import { UsageError } from '../usage-error.ts';
import {
  reportDocument,
  shownName,
  summarise,
  summaryLine,
  type AuditResult,
  type JudgedPod,
} from './report-document.ts';
import { githubText } from './github.ts';
import { junitText } from './junit.ts';
import { sarifText } from './sarif.ts';
import { renderTable, shorten } from './table.ts';
import { yamlText } from './yaml-text.ts';

/** A format turns the whole result into text that ends in a newline. */
export type Format = (result: AuditResult) => string;

const MESSAGE_WIDTH = 96;

export const FORMATS: Readonly<Record<string, Format>> = {
  table: (result) => narrowTable(result.pods) + footer(result),
  wide: (result) => wideTable(result.pods) + footer(result),
  json: (result) => visibleJson(`${JSON.stringify(reportDocument(result), null, 2)}\n`),
  yaml: (result) => yamlText(reportDocument(result)),
  junit: junitText,
  github: githubText,
  sarif: sarifText,
  name: (result) => result.pods.map(nameLine).join(''),
};

/** Formats that name the lines of values. */
export const PLACING: readonly string[] = ['github', 'sarif'];

/** @throws UsageError for a format that does not exist */
export function formatNamed(name: string): Format {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format !== undefined) return format;
  throw new UsageError(
    `unknown output format ${JSON.stringify(name)}: one of ${Object.keys(FORMATS).join(', ')}`,
  );
}

/**
 * One line for each finding; a pod without one has a line too. What many pods share would hide what is the matter with
 * each, so it is left to the line of pods that have nothing else.
 */
function narrowTable(pods: readonly JudgedPod[]): string {
  const rows = pods.flatMap((judged) => {
    const { report } = judged;
    const pod = [report.namespace, shownName(judged), report.status];
    if (report.findings.length === 0) return [[...pod, '', '']];
    const own = report.findings.filter(({ scope }) => scope === 'pod');
    return (own.length === 0 ? report.findings : own).map(({ code, message }) => [
      ...pod,
      code,
      shorten(message, MESSAGE_WIDTH),
    ]);
  });
  return renderTable(['NAMESPACE', 'NAME', 'STATUS', 'CODE', 'MESSAGE'], rows);
}

function nameLine(judged: JudgedPod): string {
  const name = shownName(judged);
  return `${visible(judged.predicted === undefined ? `pod/${name}` : name)}\n`;
}

function wideTable(pods: readonly JudgedPod[]): string {
  const rows = pods.flatMap((judged) => {
    const { report, source } = judged;
    const pod = [report.namespace, shownName(judged), report.status, report.dialect ?? '<none>'];
    const from = source === undefined ? 'cluster' : describeOrigin(source);
    if (report.findings.length === 0) return [[...pod, '', '', '', '', from]];
    return report.findings.map(({ code, name, message, fix }) => [...pod, code, name, message, fix, from]);
  });
  const headers = ['NAMESPACE', 'NAME', 'STATUS', 'DIALECT', 'CODE', 'REASON', 'MESSAGE', 'FIX', 'SOURCE'];
  return renderTable(headers, rows);
}

function footer({ configs, pods }: AuditResult): string {
  return `\n${summaryLine(summarise(pods))}\n` + sharedLines({ configs, pods }) + restartLines(configs, pods);
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
