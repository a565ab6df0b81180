/**
 * Reads Kubernetes objects from the files that `-f` names, one document at a time.
 *
 * The way of a byte: source.ts (files, chunks) -> documents.ts (cut at `---`; large YAML lists into items) -> json.ts
 * or yaml.ts (plain data) -> kubernetes.ts (objects; lists flattened).
 * Guarantees: every failure is an InputError, and the first one ends the reading; objects before it have been
 * yielded. Memory is bounded by the largest document (JSON: its bytes; YAML: see limits.ts), not by the input.
 * Limits: a long document is parsed without a pause, up to seconds for YAML.
 */
import { isUtf8 } from 'node:buffer';
import { flowStart, readSections } from './documents.ts';
import type { Section } from './documents.ts';
import { InputError, quoted } from './input-error.ts';
import { JsonReader, readsAsJson } from './json.ts';
import { asObject, isList, itemDefaults, objectsIn } from './kubernetes.ts';
import type { ItemDefaults, PlainObject } from './kubernetes.ts';
import type { InputIo } from './source.ts';
import { filesOf, readChunks } from './source.ts';
import type { SourceObject } from './source-object.ts';
import { readYaml } from './yaml.ts';

/**
 * The objects of all sources, in the order given; lists are flattened.
 * @param sources the arguments of `-f`: a file, a directory (its *.yaml, *.yml and *.json, not recursive), or `-`
 * @throws InputError for a source that cannot be read or understood, or holds no document at all
 */
export async function* readObjects(
  sources: readonly string[],
  io: InputIo,
): AsyncGenerator<SourceObject, void, undefined> {
  if (sources.filter((source) => source === '-').length > 1) {
    throw new InputError({ file: '-' }, 'can be read only once, but -f - is given twice');
  }
  for (const source of sources) {
    for (const file of await filesOf(source)) yield* readFile(file, io);
  }
}

async function* readFile(file: string, io: InputIo): AsyncGenerator<SourceObject, void, undefined> {
  const reader = new FileReader(file);
  for await (const section of readSections(readChunks(file, io), file)) yield* reader.read(section);
  if (reader.documents > 0) return;
  throw new InputError({ file }, 'no objects: there is nothing but comments and white space');
}

/** Turns the sections of one file into objects, and counts documents. */
class FileReader {
  readonly #file: string;
  /** Documents with content so far. */
  documents = 0;
  /** The split list in progress. */
  #head: PlainObject = {};
  #headLine = 0;
  #items = 0;

  constructor(file: string) {
    this.#file = file;
  }

  *read(section: Section): Generator<SourceObject, void, undefined> {
    checkEncoding(section, this.#file);
    switch (section.kind) {
      case 'document':
        yield* this.#document(section);
        break;
      case 'head':
        this.documents++;
        this.#items = 0;
        this.#headLine = section.line;
        this.#head = this.#mapping(section);
        break;
      case 'item':
        yield* this.#item(section);
        break;
      case 'tail':
        this.#checkList(section);
        break;
    }
  }

  *#document({ bytes, line }: Section): Generator<SourceObject, void, undefined> {
    const flow = flowStart(bytes);
    if (flow !== undefined && readsAsJson(bytes, flow)) {
      const json = new JsonReader(bytes, line);
      for (const value of json.values(flow, { file: this.#file, document: this.documents + 1 })) {
        this.documents++;
        yield* json.objects(value, {}, { file: this.#file, document: this.documents });
      }
      return;
    }
    const text = bytes.toString();
    if (isBlank(text)) return;
    this.documents++;
    const place = { file: this.#file, document: this.documents };
    const { value, lines } = readYaml(text, { line, column: 1 }, place);
    yield* objectsIn(value, {}, { ...place, line: lines.lineOf([]) }, lines, []);
  }

  *#item({ bytes, line }: Section): Generator<SourceObject, void, undefined> {
    const place = { file: this.#file, document: this.documents, item: this.#items++ };
    const { value, lines } = readYaml(bytes.toString(), { line, column: 1 }, place);
    // The section is a list of this one item.
    const item: unknown = Array.isArray(value) ? value[0] : value;
    const defaults: ItemDefaults = itemDefaults(this.#head);
    yield* objectsIn(item, defaults, { ...place, line: lines.lineOf([0]) }, lines, [0]);
  }

  /** What stood around the items must make a list, or they should not have been read as objects. */
  #checkList(section: Section): void {
    const tail = this.#mapping(section);
    const place = { file: this.#file, document: this.documents, line: section.line };
    const twice = Object.keys(tail).find((key) => Object.hasOwn(this.#head, key));
    if (twice !== undefined) {
      throw new InputError(place, `the key ${quoted(twice)} occurs twice in one mapping`);
    }
    const list = asObject({ ...this.#head, ...tail }, {}, { ...place, line: this.#headLine });
    if (isList(list)) return;
    const reason = `has items, but its kind ${quoted(String(list['kind']))} is not a list, and it is too large to read whole`;
    throw new InputError({ ...place, line: this.#headLine }, `${reason}; save it with -o json`);
  }

  #mapping({ bytes, line }: Section): PlainObject {
    const place = { file: this.#file, document: this.documents };
    const { value } = readYaml(bytes.toString(), { line, column: 1 }, place);
    if (value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as PlainObject;
    throw new InputError({ ...place, line }, 'not valid YAML: expected keys of the list around its items');
  }
}

/** Whether a document holds nothing: comments, directives and the `---` line apart. */
function isBlank(text: string): boolean {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (!/^(?:---)?\s*(?:#.*)?$|^%/.test(text.slice(start, end))) return false;
    start = end + 1;
  }
  return true;
}

function checkEncoding({ bytes, line }: Section, file: string): void {
  if (isUtf8(bytes)) return;
  let bad = line;
  for (let start = 0; start < bytes.length; bad++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end;
  }
  throw new InputError({ file, line: bad }, 'is not UTF-8 text');
}
