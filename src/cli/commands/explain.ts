/** `osm-auditor explain [CODE]`: the catalogue by subject, or one page of it. */
import { catalogueEntry, FINDING_NAMES, type FindingName } from '../../core/audit/catalogue.ts';
import { groupOf, groupTitle } from '../../core/audit/catalogue/groups.ts';
import { closest } from '../closest.ts';
import { inColour } from '../colours.ts';
import { findingPage } from '../output/finding-page.ts';
import { columnWidths, styledLine, type Cell } from '../output/table.ts';
import { severityText, type StyledText } from '../styled-text.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** Where nobody's window says otherwise. */
const WIDTH = 80;
/** Longer lines are hard to read, and in narrower windows than this nothing is. */
const WIDEST = 100;
const NARROWEST = 40;
/** Of a name, to be taken for a part of it. */
const SHORTEST_PART = 4;
const MOST_MEANT = 4;

/** @param wanted a code (OA402) or a name (ExcludedRangeExtra), in any case; undefined lists all */
export function explain(wanted: string | undefined, terminal: Terminal): number {
  const columns = terminal.screen?.size().columns ?? WIDTH;
  const width = Math.max(NARROWEST, Math.min(columns, WIDEST));
  const text = wanted === undefined ? catalogue() : findingPage(findingNamed(wanted), width);
  terminal.out(inColour(text, 'auto', terminal));
  return EXIT.good;
}

/** One table, with a heading for each subject. */
function catalogue(): StyledText {
  const headers = ['CODE', 'REASON', 'SEVERITY', 'MEANING'];
  const rows = FINDING_NAMES.map((name): readonly Cell[] => {
    const { code, severity, title } = catalogueEntry(name);
    return [code, name, severityText(severity), title];
  });
  const widths = columnWidths(headers.length, [headers, ...rows]);
  const codes = FINDING_NAMES.map((name) => catalogueEntry(name).code);
  return [
    ...styledLine(headers, widths),
    ...rows.flatMap((row, i) => {
      const group = groupOf(codes[i] ?? '');
      const begins = group !== groupOf(codes[i - 1] ?? '');
      return [begins ? `\n${groupTitle(group)}\n` : '', ...styledLine(row, widths)];
    }),
  ];
}

function findingNamed(wanted: string): FindingName {
  const keysOf = (name: FindingName): readonly string[] => [catalogueEntry(name).code, name];
  const found = FINDING_NAMES.find((name) => {
    return keysOf(name).some((key) => key.toLowerCase() === wanted.toLowerCase());
  });
  if (found !== undefined) return found;
  const near = closest(wanted, FINDING_NAMES.flatMap(keysOf));
  const parts = FINDING_NAMES.filter((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  const meant = near.length > 0 ? near : wanted.length < SHORTEST_PART ? [] : parts;
  const hint =
    meant.length === 0
      ? 'osm-auditor explain lists them all'
      : `did you mean ${meant.slice(0, MOST_MEANT).join(' or ')}?`;
  throw new UsageError(`there is no finding ${JSON.stringify(wanted)}; ${hint}`);
}
