/**
 * What makes plain data a Kubernetes object, and which objects are lists of others.
 *
 * A list is whatever kubectl flattens: `kind: List`, and any other kind that ends in List and has `items`. The items
 * of a typed list may leave out their own kind and apiVersion, as the API server's own answers do: an item of a
 * PodList is a Pod of the list's apiVersion.
 */
import type { Place } from './input-error.ts';
import { InputError, displayName, quoted } from './input-error.ts';
import type { Lines, Path, SourceObject } from './source-object.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

/** The document that a value came from; `line` is that of the value. */
export interface ObjectPlace extends Place {
  readonly document: number;
  readonly line: number;
}

/** What an item takes over from its list; empty for `kind: List`, which says nothing about its items. */
export interface ItemDefaults {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** The value as an object with kind and apiVersion, its own or inherited; throws InputError. */
export function asObject(value: unknown, defaults: ItemDefaults, place: Place): PlainObject {
  if (!isMapping(value)) {
    throw new InputError(
      place,
      `${nameOf(value)} is not a Kubernetes object, which is a mapping with apiVersion and kind`,
    );
  }
  const object = hasBoth(value) ? value : { ...defaults, ...value };
  const missing = ['apiVersion', 'kind'].filter((key) => object[key] === undefined || object[key] === null);
  if (missing.length > 0) {
    throw new InputError(place, `not a Kubernetes object: it has no ${missing.join(' and no ')}`);
  }
  for (const key of ['apiVersion', 'kind']) {
    if (typeof object[key] === 'string' && object[key] !== '') continue;
    throw new InputError(place, `not a Kubernetes object: its ${key} is ${nameOf(object[key])}`);
  }
  return object;
}

/** Whether the object's items are to be read in its place. */
export function isList(object: PlainObject): boolean {
  const kind = String(object['kind']);
  return kind === 'List' || (kind.endsWith('List') && 'items' in object);
}

/** What the items of the list inherit from it. */
export function itemDefaults(list: PlainObject): ItemDefaults {
  const { apiVersion, kind } = list;
  if (typeof kind !== 'string' || !kind.endsWith('List') || kind === 'List') return {};
  const own = { kind: kind.slice(0, -'List'.length) };
  return typeof apiVersion === 'string' ? { ...own, apiVersion } : own;
}

/**
 * The object that `value` is, or those in it if it is a list, lists in lists included. Throws InputError.
 * @param lines the lines of the text in which the value stands at `path`
 */
export function* objectsIn(
  value: unknown,
  defaults: ItemDefaults,
  place: ObjectPlace,
  lines: Lines,
  path: Path,
): Generator<SourceObject, void, undefined> {
  const object = asObject(value, defaults, place);
  if (!isList(object)) {
    yield sourceObject(object, place, lines, path);
    return;
  }
  const items = object['items'];
  // The API server writes null for a list without items.
  if (items === null) return;
  if (!Array.isArray(items)) {
    const line = lines.lineOf([...path, 'items']);
    const what = items === undefined ? 'it has no items' : `its items are ${nameOf(items)}, not a list`;
    throw new InputError({ ...place, line }, `${quoted(String(object['kind']))}: ${what}`);
  }
  const inherited = itemDefaults(object);
  for (const [index, item] of items.entries()) {
    const inner = [...path, 'items', index];
    const itemPlace = { ...place, item: place.item ?? index, line: lines.lineOf(inner) };
    yield* objectsIn(item, inherited, itemPlace, lines, inner);
  }
}

function sourceObject(object: PlainObject, place: ObjectPlace, lines: Lines, path: Path): SourceObject {
  const item = place.item === undefined ? {} : { item: place.item };
  return {
    object,
    origin: { file: displayName(place.file), document: place.document, ...item, line: place.line },
    lineOf: (inner) => lines.lineOf([...path, ...inner]),
  };
}

function hasBoth(value: PlainObject): boolean {
  return typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string';
}

function isMapping(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (value === '') return 'an empty string';
  return typeof value === 'string'
    ? `the string ${quoted(value)}`
    : `the ${typeof value} ${JSON.stringify(value)}`;
}
