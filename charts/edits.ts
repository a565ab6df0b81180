/**
 * Turns the text of a manifest into a template: values are replaced, and lines put around or beside others, by their place in
 * the YAML. Everything else stays as it was written, comments and layout included.
 *
 * Guarantee: a place that the manifest does not have is an error, so that no change of a manifest passes the chart by.
 * Limit: the lines around and beside must be those of an entry in block style.
 */
import { isCollection, isMap, isNode, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, Range } from 'yaml';

/** A key, an index, or the item of a list whose `key` is `having` or a list with that. */
export type Step = string | number | { readonly key: string; readonly having: string };
export type Path = readonly Step[];

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
  // From the end, so that the positions before it stay true. At one position the later edit comes out first.
  return splices
    .map((splice, order) => ({ ...splice, order }))
    .sort((left, right) => right.start - left.start || right.end - left.end || right.order - left.order)
    .reduce((result, { start, end, with: put }) => result.slice(0, start) + put + result.slice(end), text);
}

/** The value at `path` of the first object in the text, as data. */
export function valueAt(text: string, path: Path): unknown {
  const [document] = documentsOf(text);
  return document && find(document, path).value.toJS(document);
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly with: string;
}

function splicesOf(text: string, document: Document.Parsed, edit: Edit): readonly Splice[] {
  const { at, value: found } = find(document, edit.path);
  const end = endOf(found);
  if (edit.kind === 'value') {
    const start = startOf(found);
    const match = edit.part.exec(text.slice(start, end));
    if (match === null) throw new Error(`${String(edit.part)} is not in ${text.slice(start, end)}`);
    return [{ start: start + match.index, end: start + match.index + match[0].length, with: edit.text }];
  }
  const line = text.lastIndexOf('\n', at) + 1;
  const column = at - line;
  const put = (lines: readonly string[]): string =>
    lines.map((each) => `${' '.repeat(column)}${each}\n`).join('');
  const above = aboveComments(text, line, column);
  const newline = text.indexOf('\n', end);
  const below = newline === -1 ? text.length : newline + 1;
  return [
    { start: above, end: above, with: put(edit.before(column)) },
    { start: below, end: below, with: put(edit.after(column)) },
  ].filter((splice) => splice.with !== '');
}

function documentsOf(text: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw new Error('the manifest is empty');
  for (const document of documents) {
    if (document.errors[0] !== undefined) throw document.errors[0];
  }
  return documents;
}

interface Found {
  /** Where the entry begins: at its key, or at the dash of an item. */
  readonly at: number;
  readonly value: Node;
}

function find(document: Document.Parsed, path: Path): Found {
  let found: Found | undefined;
  let parent: unknown = document.contents;
  for (const step of path) {
    found = childOf(parent, step);
    if (found === undefined) throw new Error(`the manifest has nothing at ${JSON.stringify(path)}`);
    parent = found.value;
  }
  if (found === undefined) throw new Error('a path must have a step');
  return found;
}

function childOf(parent: unknown, step: Step): Found | undefined {
  if (isMap<Node, Node>(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === step);
    return pair?.value === undefined || pair.value === null
      ? undefined
      : { at: startOf(pair.key), value: pair.value };
  }
  if (!isSeq<Node>(parent)) return undefined;
  const item =
    typeof step === 'object'
      ? parent.items.find((each) => isMap(each) && holds(each.get(step.key), step.having))
      : parent.items[Number(step)];
  return item === undefined ? undefined : { at: startOf(item) - '- '.length, value: item };
}

function holds(value: unknown, text: string): boolean {
  return isSeq(value) ? value.items.some((item) => isScalar(item) && item.value === text) : value === text;
}

function startOf(node: Node): number {
  return rangeOf(node)[0];
}

/** Where the text of a node ends. A collection in block style ends with its last leaf: a comment after it is not its own. */
function endOf(node: Node): number {
  const end = rangeOf(node)[1];
  if (!isCollection(node) || node.flow === true) return end;
  const last: unknown = node.items.at(-1);
  const leaf = isPair(last) ? (last.value ?? last.key) : last;
  return isNode(leaf) ? endOf(leaf) : end;
}

function rangeOf(node: Node): Range {
  if (node.range === null || node.range === undefined)
    throw new Error('a node that was not parsed has no place in the text');
  return node.range;
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
