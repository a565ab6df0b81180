/** `osm-auditor explain [CODE]`: the catalogue, as a table or one page of it. */
import {
  catalogueEntry,
  FINDING_NAMES,
  type CatalogueEntry,
  type FindingName,
} from '../../core/audit/catalogue.ts';
import { renderTable } from '../output/table.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** @param wanted a code (OA402) or a name (ExcludedRangeExtra), in any case; undefined lists all */
export function explain(wanted: string | undefined, terminal: Terminal): number {
  if (wanted === undefined) {
    const rows = FINDING_NAMES.map((name) => {
      const { code, severity, title } = catalogueEntry(name);
      return [code, name, severity, title];
    });
    terminal.out(renderTable(['CODE', 'REASON', 'SEVERITY', 'MEANING'], rows));
    return EXIT.good;
  }
  const name = FINDING_NAMES.find((candidate) => {
    return [candidate, catalogueEntry(candidate).code].some(
      (key) => key.toLowerCase() === wanted.toLowerCase(),
    );
  });
  if (name === undefined) {
    throw new UsageError(`there is no finding ${JSON.stringify(wanted)}; osm-auditor explain lists them all`);
  }
  terminal.out(page(name, catalogueEntry(name)));
  return EXIT.good;
}

function page(name: FindingName, entry: CatalogueEntry): string {
  const facts: readonly (readonly [string, string])[] = [
    ['CODE', entry.code],
    ['REASON', name],
    ['SEVERITY', entry.severity],
    ['EFFECT', `the pod is ${entry.effect}`],
  ];
  const head = facts.map(([label, value]) => `${`${label}:`.padEnd(11)}${value}\n`).join('');
  const parts = [
    ['WHAT', entry.title],
    ['MEANING', entry.meaning],
    ['CAUSE', entry.cause],
    ['REMEDY', entry.remedy],
  ];
  return head + parts.map(([label = '', text = '']) => `\n${label}:\n${wrap(text)}`).join('');
}

/** Lines of at most 80 characters, indented by four. */
function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > 76) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `    ${each}\n`).join('');
}
