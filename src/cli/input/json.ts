/**
 * The objects of one JSON text, or of several that follow each other as `jq '.items[]'` prints them.
 *
 * A list is never parsed as a whole: its items are found by their brackets and parsed one at a time, so that memory
 * is the bytes plus one object. Text that begins with a bracket but is not JSON may still be YAML in flow style, with
 * comments or bare words; it is read as that up to the size that YAML is read at all.
 * Guarantees: duplicate keys are errors although JSON.parse is silent about them: the colons of the text are counted
 * against the keys of the result.
 */
import type { ObjectPlace, ItemDefaults, PlainObject } from './kubernetes.ts';
import { asObject, isList, itemDefaults, objectsIn } from './kubernetes.ts';
import type { Place } from './input-error.ts';
import { InputError, quoted } from './input-error.ts';
import { JsonLines } from './json-lines.ts';
import type { ScannedValue } from './json-scan.ts';
import { elementsOf, membersOf, scanValue, skipSpace } from './json-scan.ts';
import { JSON_OBJECT_BYTES, NESTING, YAML_BYTES, megabytes, tooDeep } from './limits.ts';
import type { Lines, Position, SourceObject } from './source-object.ts';
import { readYaml } from './yaml.ts';

/** Whether the text from `at` on is to be read as JSON: it is, or it is too large for YAML. */
export function readsAsJson(bytes: Buffer, at: number): boolean {
  if (bytes.length > YAML_BYTES) return true;
  const value = scanValue(bytes, at);
  if (value === undefined || !isJson(textOf(bytes, value))) return false;
  const rest = skipSpace(bytes, value.end);
  return rest === bytes.length || isOpening(bytes[rest]);
}

/** Reads JSON texts from a Buffer of checked UTF-8; offsets must not decrease from call to call. */
export class JsonReader {
  readonly #bytes: Buffer;
  #at = 0;
  #line: number;
  #lineStart = 0;

  /** @param line the line of the file where the bytes begin */
  constructor(bytes: Buffer, line: number) {
    this.#bytes = bytes;
    this.#line = line;
  }

  /** The values from `at` to the end of the bytes; throws InputError if there is anything else. */
  *values(at: number, place: Place): Generator<ScannedValue, void, undefined> {
    let start = skipSpace(this.#bytes, at);
    while (start < this.#bytes.length) {
      const value = isOpening(this.#bytes[start]) ? scanValue(this.#bytes, start) : undefined;
      if (value === undefined) throw this.#unfinished(start, place);
      yield value;
      start = skipSpace(this.#bytes, value.end);
    }
  }

  /** The object that `value` is, or those in it if it is a list; throws InputError. */
  *objects(
    value: ScannedValue,
    defaults: ItemDefaults,
    place: Place & { readonly document: number },
  ): Generator<SourceObject, void, undefined> {
    const start = this.#position(value.start);
    const here: ObjectPlace = { ...place, line: start.line };
    if (value.depth > NESTING) throw new InputError({ ...here, column: start.column }, tooDeep('JSON'));
    const items = itemsOf(this.#bytes, value);
    const list = items && this.#list(value, items, defaults, here);
    if (items === undefined || list === undefined) {
      if (value.end - value.start > JSON_OBJECT_BYTES) {
        const reason = `a single object is more than ${megabytes(JSON_OBJECT_BYTES)}; no Kubernetes object is that large`;
        throw new InputError({ ...here, column: start.column }, reason);
      }
      const { parsed, lines } = parse(textOf(this.#bytes, value), value.members, start, here);
      yield* objectsIn(parsed, defaults, here, lines, []);
      return;
    }
    let end = items.start + 1;
    let index = 0;
    for (const element of elementsOf(this.#bytes, items.start)) {
      yield* this.objects(element, itemDefaults(list), { ...place, item: place.item ?? index });
      end = element.end;
      index++;
    }
    const rest = skipSpace(this.#bytes, end);
    if (rest !== items.end - 1) {
      throw new InputError(
        { ...place, ...this.#position(rest) },
        'not valid JSON: expected , or ] after a list item',
      );
    }
  }

  /** The list around `items`, which are left out, or undefined if it is not a list. */
  #list(
    value: ScannedValue,
    items: ScannedValue,
    defaults: ItemDefaults,
    place: ObjectPlace,
  ): PlainObject | undefined {
    const before = this.#bytes.toString('utf8', value.start, items.start);
    const after = this.#bytes.toString('utf8', items.end, value.end);
    const { parsed } = parse(
      `${before}[]${after}`,
      value.members - items.members,
      this.#position(value.start),
      place,
    );
    const object = asObject(parsed, defaults, place);
    return isList(object) ? object : undefined;
  }

  #position(offset: number): Position {
    for (; this.#at < offset; this.#at++) {
      if (this.#bytes[this.#at] !== 0x0a) continue;
      this.#line++;
      this.#lineStart = this.#at + 1;
    }
    return { line: this.#line, column: offset - this.#lineStart + 1 };
  }

  #unfinished(start: number, place: Place): InputError {
    const begin = this.#position(start);
    if (!isOpening(this.#bytes[start])) {
      const text = this.#bytes.toString('utf8', start, start + 40);
      return new InputError(
        { ...place, ...begin },
        `not valid JSON: unexpected ${quoted(text)} after the end`,
      );
    }
    const reason = `not valid JSON: the text ends within what began in line ${begin.line}; is the file complete?`;
    return new InputError({ ...place, ...this.#position(this.#bytes.length) }, reason);
  }
}

/** The value of the member `items` if it is an array, unless the object's kind shows that it is not a list. */
function itemsOf(bytes: Buffer, value: ScannedValue): ScannedValue | undefined {
  for (const member of membersOf(bytes, value.start)) {
    const key = bytes.toString('latin1', member.key.start, member.key.end);
    if (key === '"items"') return bytes[member.value.start] === 0x5b ? member.value : undefined;
    if (
      key === '"kind"' &&
      !bytes.toString('latin1', member.value.start, member.value.end).endsWith('List"')
    ) {
      return undefined;
    }
  }
  return undefined;
}

function parse(
  text: string,
  members: number,
  start: Position,
  place: Place,
): { parsed: unknown; lines: Lines } {
  let problem: string;
  try {
    const parsed: unknown = JSON.parse(text);
    if (keysIn(parsed) === members) return { parsed, lines: new JsonLines(text, start) };
    problem = 'a key occurs twice in one object';
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    problem = `not valid JSON: ${error.message}`;
  }
  if (text.length > YAML_BYTES) throw new InputError({ ...place, ...start }, problem);
  // Either it is YAML in flow style after all, or its parser knows where the fault is.
  const { value: parsed, lines } = readYaml(text, start, place);
  return { parsed, lines };
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const item of value as unknown[]) count += keysIn(item);
  else for (const item of Object.values(value)) count += 1 + keysIn(item);
  return count;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function textOf(bytes: Buffer, value: ScannedValue): string {
  return bytes.toString('utf8', value.start, value.end);
}

function isOpening(byte: number | undefined): boolean {
  return byte === 0x5b || byte === 0x7b;
}
