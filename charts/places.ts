/** Where things are in the text of a manifest: an entry or an item by its path, from its first character to its last. */
import { isCollection, isMap, isNode, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, Range } from 'yaml';

/** A key, an index, or the item of a list whose `key` is `having` or a list with that. */
export type Step = string | number | { readonly key: string; readonly having: string };
export type Path = readonly Step[];

export interface Found {
  /** Where the entry begins: at its key, or at the dash of an item. */
  readonly at: number;
  readonly value: Node;
}

/** The objects of a manifest. Throws what is wrong with its YAML. */
export function documentsOf(text: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw new Error('the manifest is empty');
  for (const document of documents) {
    if (document.errors[0] !== undefined) throw document.errors[0];
  }
  return documents;
}

/** The value at `path` of the first object in the text, as data. */
export function valueAt(text: string, path: Path): unknown {
  const [document] = documentsOf(text);
  return document && find(document, path).value.toJS(document);
}

/** Throws where the object has nothing at `path`. */
export function find(document: Document.Parsed, path: Path): Found {
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

export function startOf(node: Node): number {
  return rangeOf(node)[0];
}

/**
 * Where the text of a node ends, white space behind it included. A collection in block style ends with its last leaf: a
 * comment after that is not its own.
 */
export function endOf(node: Node): number {
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
