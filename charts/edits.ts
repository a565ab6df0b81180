/**
 * Turns the text of a manifest into a template: values are replaced, and lines put around or beside others, by their place in
 * the YAML. Everything else stays as it was written, comments and layout included.
 *
 * Guarantee: a place that the manifest does not have is an error, so that no change of a manifest passes the chart by.
 * Limit: the lines around and beside must be those of an entry in block style.
 */
import type { Document } from 'yaml';
import { documentsOf, endOf, find, startOf, type Path } from './places.ts';

/** `lines` get the indentation of the entry, and are told how many columns that is. */
type Lines = (column: number) => readonly string[];

export type Edit =
  | { readonly kind: 'value'; readonly path: Path; readonly part: RegExp; readonly text: string }
  | { readonly kind: 'lines'; readonly path: Path; readonly before: Lines; readonly after: Lines };

const none: Lines = () => [];

/** In place of the value at `path`, or of the part of its text that matches; a part that is not there is an error. */
export function value(path: Path, text: string, part = /^[^]*$/): Edit {
  return { kind: 'value', path, part, text };
}

/** Above the entry at `path` and the comment that belongs to it. */
export function before(path: Path, lines: Lines): Edit {
  return { kind: 'lines', path, before: lines, after: none };
}

export function after(path: Path, lines: Lines): Edit {
  return { kind: 'lines', path, before: none, after: lines };
}

/** The entry at `path`, with its comment, only where `condition` holds. */
export function when(condition: string, path: Path): Edit {
  return {
    kind: 'lines',
    path,
    before: () => [`{{- if ${condition} }}`],
    after: () => ['{{- end }}'],
  };
}

/** The entry at `path` as it is, unless the value `name` has a content: then `key` with that. */
export function unless(name: string, path: Path, key: string): Edit {
  return {
    kind: 'lines',
    path,
    before: (column) => [...given(name, key)(column).slice(0, -1), '{{- else }}'],
    after: () => ['{{- end }}'],
  };
}

/** The lines of an entry `key` with what the value `name` holds, and none where it is empty. */
export function given(name: string, key: string): Lines {
  return (column) => [
    `{{- with .Values.${name} }}`,
    `${key}:`,
    `  {{- toYaml . | nindent ${column + 2} }}`,
    '{{- end }}',
  ];
}

/** The text of a manifest with the edits of each kind of object; an edit for a kind that is not there is an error. */
export function edited(text: string, edits: Readonly<Record<string, readonly Edit[]>>): string {
  const documents = new Map(documentsOf(text).map((document) => [String(document.get('kind')), document]));
  const splices = Object.entries(edits).flatMap(([kind, each]) => {
    const document = documents.get(kind);
    if (document === undefined) throw new Error(`the manifest has no ${kind}`);
    return each.flatMap((edit) => splicesOf(text, document, edit));
  });
  // From the end, so that the positions before it stay true. At one position the later edit is put in first, and ends up below.
  return splices
    .map((splice, order) => ({ ...splice, order }))
    .sort((left, right) => right.start - left.start || right.end - left.end || right.order - left.order)
    .reduce((result, { start, end, with: put }) => result.slice(0, start) + put + result.slice(end), text);
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly with: string;
}

function splicesOf(text: string, document: Document.Parsed, edit: Edit): readonly Splice[] {
  const { at, value: found } = find(document, edit.path);
  const start = startOf(found);
  const was = text.slice(start, endOf(found)).trimEnd();
  if (edit.kind === 'value') {
    const match = edit.part.exec(was);
    if (match === null) throw new Error(`${String(edit.part)} is not in ${was}`);
    return [{ start: start + match.index, end: start + match.index + match[0].length, with: edit.text }];
  }
  const line = text.lastIndexOf('\n', at) + 1;
  const column = at - line;
  const put = (lines: readonly string[]): string =>
    lines.map((each) => `${' '.repeat(column)}${each}\n`).join('');
  const above = aboveComments(text, line, column);
  const newline = text.indexOf('\n', start + was.length);
  const below = newline === -1 ? text.length : newline + 1;
  return [
    { start: above, end: above, with: put(edit.before(column)) },
    { start: below, end: below, with: put(edit.after(column)) },
  ].filter((splice) => splice.with !== '');
}

/** The beginning of the comment lines directly above `line` that stand in the same column; of the line if there are none. */
function aboveComments(text: string, line: number, column: number): number {
  let start = line;
  while (start > 0) {
    const previous = text.lastIndexOf('\n', start - 2) + 1;
    if (!text.startsWith(`${' '.repeat(column)}#`, previous)) break;
    start = previous;
  }
  return start;
}
