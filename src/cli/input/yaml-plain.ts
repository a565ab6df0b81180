/**
 * A YAML tree to plain data. Own code instead of the library's toJS, which compares keys and resolves aliases in
 * quadratic time, builds cycles, and keeps silent about duplicate keys when told not to compare them.
 *
 * Guarantees: linear in the size of the tree; no cycles (an alias inside its own anchor is an error); an alias bomb
 * is an error, counted as if every alias were written out; the result holds only what JSON can say.
 */
import type { ParsedNode, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, Scalar } from 'yaml';
import { quoted } from './input-error.ts';
import { ALIASED_VALUES } from './limits.ts';

/** The text is YAML, but has no meaning as Kubernetes reads it; `offset` is where in the text. */
export class NoPlainForm extends Error {
  readonly offset: number;

  constructor(node: ParsedNode | null, reason: string) {
    super(reason);
    this.offset = node?.range[0] ?? 0;
  }
}

/** The plain value of a document's contents; no contents are `null`. Throws NoPlainForm. */
export function toPlain(contents: ParsedNode | null): unknown {
  return new Conversion().valueOf(contents);
}

class Conversion {
  /** The values of the anchors seen so far, with the number of values each holds. */
  readonly #anchors = new Map<string, { readonly value: unknown; readonly size: number }>();
  #values = 0;
  #aliased = 0;

  valueOf(node: ParsedNode | null): unknown {
    if (node === null) return null;
    if (isAlias(node)) return this.#resolve(node.source, node);
    const before = this.#values++;
    const value = this.#ownValue(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { value, size: this.#values - before });
    return value;
  }

  #resolve(source: string, node: ParsedNode): unknown {
    const anchor = this.#anchors.get(source);
    if (anchor === undefined) {
      throw new NoPlainForm(
        node,
        `the alias *${source} has no complete anchor &${source} before it in this document`,
      );
    }
    this.#values += anchor.size;
    this.#aliased += anchor.size;
    if (this.#aliased > ALIASED_VALUES) {
      throw new NoPlainForm(node, `the aliases stand for more than ${ALIASED_VALUES} values`);
    }
    return anchor.value;
  }

  #ownValue(node: ParsedNode): unknown {
    if (isMap<ParsedNode, ParsedNode | null>(node)) return this.#mapping(node);
    // A pair in a flow list, `[a: b]`, arrives as a mapping of one pair.
    if (isSeq<ParsedNode>(node)) return node.items.map((item) => this.valueOf(item));
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new NoPlainForm(
      node,
      'the value is neither a finite number nor a string, boolean, null, mapping or list',
    );
  }

  #mapping(node: YAMLMap<ParsedNode, ParsedNode | null>): unknown {
    const entries = new Map<string, unknown>();
    const merged: unknown[] = [];
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN) {
        merged.push(...mergeSources(this.valueOf(value), key));
        continue;
      }
      const name = isScalar(key) ? String(key.value) : '';
      if (entries.has(name))
        throw new NoPlainForm(key, `the key ${quoted(name)} occurs twice in one mapping`);
      if (key.anchor !== undefined) this.#anchors.set(key.anchor, { value: name, size: 1 });
      entries.set(name, this.valueOf(value));
    }
    for (const source of merged) {
      for (const [name, value] of Object.entries(source as object)) {
        if (!entries.has(name)) entries.set(name, value);
      }
    }
    // Unlike assignment, fromEntries makes an own property of `__proto__` too.
    return Object.fromEntries(entries);
  }
}

function mergeSources(value: unknown, key: ParsedNode): readonly object[] {
  const sources: readonly unknown[] = Array.isArray(value) ? value : [value];
  return sources.map((source) => {
    if (typeof source === 'object' && source !== null && !Array.isArray(source)) return source;
    throw new NoPlainForm(key, 'the merge key << takes a mapping or a list of mappings');
  });
}
