/** What a run over mutants has shown: a table by file, and each survivor for a person to judge. */
import type { Mutant } from './mutate.ts';
import type { Outcome } from './sandbox.ts';

export interface Result {
  readonly mutant: Mutant;
  readonly outcome: Outcome;
}

const WIDEST_CHANGE = 160;

/** Per cent, rounded down: 85 is never claimed for less. */
export function score(results: readonly Result[]): number {
  const caught = results.filter(({ outcome }) => outcome !== 'survived').length;
  return results.length === 0 ? 0 : Math.floor((100 * caught) / results.length);
}

export function printReport(results: readonly Result[]): string {
  const files = [...new Set(results.map(({ mutant }) => mutant.file))].sort();
  const rows = files.map((file) =>
    row(
      file,
      results.filter(({ mutant }) => mutant.file === file),
    ),
  );
  const survivors = results
    .filter(({ outcome }) => outcome === 'survived')
    .map(({ mutant }) => mutant)
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  const table = [['file', 'mutants', 'caught', 'survived', 'score'], ...rows, row('all', results)];
  return `${align(table)}\n\n${survivors.length} survived\n${survivors.map(printSurvivor).join('')}`;
}

function row(name: string, results: readonly Result[]): readonly string[] {
  const survived = results.filter(({ outcome }) => outcome === 'survived').length;
  const counts = [results.length, results.length - survived, survived].map(String);
  return [name, ...counts, `${score(results)} %`];
}

function align(rows: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(...rows.map((cells) => cells[column]?.length ?? 0));
  return rows
    .map((cells) =>
      cells.map((cell, i) => (i === 0 ? cell.padEnd(width(i)) : cell.padStart(width(i)))).join('  '),
    )
    .join('\n');
}

function printSurvivor({ file, line, column, before, after }: Mutant): string {
  return `\n${file}:${line}:${column}\n  - ${shorten(before)}\n  + ${shorten(after)}\n`;
}

function shorten(text: string): string {
  return text.length <= WIDEST_CHANGE ? text : `${text.slice(0, WIDEST_CHANGE)}...`;
}
