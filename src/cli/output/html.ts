/** `-o html`: the page about a mesh in one file; src/page has it. */
import { enumerate } from '../../core/audit/quote.ts';
import { pageText } from '../../page/page.ts';
import { describeOrigin } from '../input/source-object.ts';
import { shownName, type AuditResult } from './report-document.ts';

const NOT_KNOWN = { expected: undefined, installed: undefined, live: undefined };

export function htmlText({ configs, pods, at = 0 }: AuditResult): string {
  const files = [...new Set(pods.flatMap(({ source }) => (source === undefined ? [] : [source.file])))];
  return pageText({
    configs,
    pods: pods.map((judged) => {
      const { report, rules = NOT_KNOWN, source } = judged;
      return {
        report: { ...report, name: shownName(judged) },
        rules,
        source: source && describeOrigin(source),
      };
    }),
    at,
    origin: files.length === 0 ? 'from a cluster' : `from ${enumerate(files, 3)}`,
    live: false,
  });
}
