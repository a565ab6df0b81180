/**
 * Verdicts as they change, for pipes and files: a line for each pod, like `kubectl get --watch`.
 *
 * Limits: columns are as wide as the first pods need; a later cell that is wider moves the rest of its line.
 */
import { STATUSES, type Report } from '../../core/audit/report.ts';
import { severityText, statusText, type StyledText } from '../styled-text.ts';
import { shownFindings } from './pod-groups.ts';
import { MESSAGE_WIDTH } from './pod-table.ts';
import { columnWidths, shorten, styledLine, visibleCell, type Cell } from './table.ts';

const HEADERS = ['NAMESPACE', 'NAME', 'STATUS', 'CODE', 'MESSAGE'];
const WIDE_HEADERS = [...HEADERS.slice(0, -1), 'FIX', 'MESSAGE'];
/** A pod that was deleted has no verdict any more. */
const GONE = 'Deleted';

export class LiveLines {
  readonly #wide: boolean;
  #widths: readonly number[] | undefined;

  /** @param wide whether each line has the command that mends, and the whole message */
  constructor(wide: boolean) {
    this.#wide = wide;
  }

  /** The lines of one moment; under the header the first time. */
  print(changed: readonly Report[], gone: readonly Report[]): StyledText {
    const headers = this.#wide ? WIDE_HEADERS : HEADERS;
    const rows = [
      ...changed.map((report) => this.#row(report)),
      ...gone.map(({ namespace, name }) => [namespace, name, GONE]),
    ];
    const lines = rows.map((row) => row.map(visibleCell));
    const first = this.#widths === undefined ? [headers] : [];
    // Any status and one code must fit, whatever the first pods have.
    const usual = STATUSES.map((status) => ['', '', status, 'OA000']);
    this.#widths ??= columnWidths(headers.length, [headers, ...usual, ...lines]);
    const widths = this.#widths;
    return [...first, ...lines].flatMap((line) => styledLine(line, widths));
  }

  /** All codes, and the words of the first, which is the worst. */
  #row(report: Report): readonly Cell[] {
    const pod = [report.namespace, report.name, statusText(report.status)];
    const findings = shownFindings(report);
    const [worst] = findings;
    if (worst === undefined) return pod;
    const codes = severityText(worst.severity, [...new Set(findings.map(({ code }) => code))].join(','));
    return this.#wide
      ? [...pod, codes, worst.fix, worst.message]
      : [...pod, codes, shorten(worst.message, MESSAGE_WIDTH)];
  }
}
