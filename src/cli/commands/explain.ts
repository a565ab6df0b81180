/** `osm-auditor explain [CODE]`: the catalogue, as a table or one page of it. */
import { catalogueEntry, FINDING_NAMES, type FindingName } from '../../core/audit/catalogue.ts';
import { effectText, type CatalogueEntry } from '../../core/audit/catalogue/entry.ts';
import { renderTable } from '../output/table.ts';
import { wrap } from '../output/wrap.ts';
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
    ['EFFECT', effectText(entry.effect)],
  ];
  const head = facts.map(([label, value]) => `${`${label}:`.padEnd(11)}${value}\n`).join('');
  const { commands, shows } = entry.confirm;
  const parts: readonly (readonly [string, string])[] = [
    ['WHAT', paragraph(entry.title)],
    ['EXAMPLE', paragraph(entry.example)],
    ['MEANING', paragraph(entry.meaning)],
    ['CAUSE', paragraph(entry.cause)],
    // Each command stays on one line, however long: it is there to be copied.
    ['CONFIRM', `${commands.map(indented).join('')}\n${paragraph(shows)}`],
    ['REMEDY', paragraph(entry.remedy)],
  ];
  return head + parts.map(([label, text]) => `\n${label}:\n${text}`).join('');
}

/** Lines of at most 80 characters. */
function paragraph(text: string): string {
  return wrap(text, 76).map(indented).join('');
}

function indented(line: string): string {
  return `    ${line}\n`;
}
