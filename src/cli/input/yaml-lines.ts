/**
 * The lines of the values in a YAML text.
 *
 * The tree is some 36 times as large as the text, so it is held weakly: asked at once, the tree of the first parse
 * answers; asked later, the text is parsed again if the memory was needed.
 */
import type { ParsedNode } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { LineIndex } from './line-index.ts';
import type { Lines, Path, Position } from './source-object.ts';
import type { YamlDocument } from './yaml.ts';

export class YamlLines implements Lines {
  readonly #text: string;
  readonly #index: LineIndex;
  readonly #parse: (text: string) => YamlDocument;
  #tree: WeakRef<YamlDocument>;

  /** @param document what `parse` gave for the text, which must be free of errors */
  constructor(text: string, start: Position, parse: (text: string) => YamlDocument, document: YamlDocument) {
    this.#text = text;
    this.#index = new LineIndex(text, start);
    this.#parse = parse;
    this.#tree = new WeakRef(document);
  }

  lineOf(path: Path): number {
    const document = this.#document();
    let node: ParsedNode | null = document.contents;
    let offset = node?.range[0] ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = (node.resolve(document) as ParsedNode | undefined) ?? null;
      const child = childAt(node, step);
      if (child === undefined) break;
      ({ node, offset } = child);
    }
    return this.#index.at(offset).line;
  }

  #document(): YamlDocument {
    const kept = this.#tree.deref();
    if (kept !== undefined) return kept;
    const document = this.#parse(this.#text);
    this.#tree = new WeakRef(document);
    return document;
  }
}

/** The value at one step below `node`, and the offset of the key or list entry that a person would look for. */
function childAt(
  node: ParsedNode | null,
  step: string | number,
): { node: ParsedNode | null; offset: number } | undefined {
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair && { node: pair.value, offset: pair.key.range[0] };
  }
  if (isSeq<ParsedNode>(node) && typeof step === 'number') {
    const item = node.items[step];
    return item && { node: item, offset: item.range[0] };
  }
  return undefined;
}
