/** The output formats of `check --with`: those of `check` that have rows for pods of today are not among them. */
import { visibleJson } from '../../core/audit/quote.ts';
import { UsageError } from '../usage-error.ts';
import { changeDocument, type ChangeResult } from './change-document.ts';
import { changeTable, changeWideTable } from './change-text.ts';
import { yamlText } from './yaml-text.ts';

/** A format turns a result into text that ends in a newline. */
export type ChangeFormat = (result: ChangeResult) => string;

const FORMATS: Readonly<Record<string, ChangeFormat>> = {
  table: changeTable,
  wide: changeWideTable,
  json: (result) => visibleJson(`${JSON.stringify(changeDocument(result), null, 2)}\n`),
  yaml: (result) => yamlText(changeDocument(result)),
};

/** @throws UsageError for a format that cannot show a change */
export function changeFormatNamed(name: string): ChangeFormat {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format !== undefined) return format;
  const names = Object.keys(FORMATS).join(', ');
  throw new UsageError(`the output format ${JSON.stringify(name)} cannot show a change: one of ${names}`);
}
