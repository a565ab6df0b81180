/**
 * Plain data in little memory, for data of which there are thousands that are nearly alike: what they have in common is
 * kept once, and of each only what is its own, as one short text.
 *
 * Guarantees: unpacking gives an equal value, `undefined` included; equal values of one packer, and only they, have the
 * same `shape` and equal `own`; but for the shapes unpacked last, nothing is kept of what nobody has packed any more. What
 * is unpacked is for reading alone: values of one shape share what they have in common.
 * Limits: for plain objects, lists, texts, finite numbers, booleans, null and undefined; no undefined inside an own value.
 * What varies and is not named as own costs memory but is right all the same.
 * Cost: some ten microseconds to pack a pod, a few to unpack it.
 */
import { LruMap } from '../kube/lru-map.ts';
import { Interner } from './interner.ts';
import { LONG_TEXT, OWN, SIGN, UNDEFINED, type LongText, type Shape } from './marks.ts';
import { fill, templateOf, type Template } from './template.ts';

/**
 * The members whose values differ from one to the next: `true` for the whole value, else the members inside it; of a
 * list, those of every element.
 */
export type Own<T> =
  true | (T extends readonly (infer E)[] ? Own<E> : { readonly [K in keyof T]?: Own<NonNullable<T[K]>> });

interface Packed {
  readonly shape: Shape;
  /** JSON of a list: what is its own, in the order of the marks in the shape. */
  readonly own: string;
}

/** From here on a text is worth a table of its own. */
const LONG = 64;
/** Pods of a workload have neighbouring names, so that even a few are enough for a walk through all. */
const TEMPLATES = 32;
/** Pods have some thousand characters; those of thousands of containers would fill the memory. */
const MOST_TEMPLATE_TEXT = 20_000;

const MEMBER = { enumerable: true, configurable: true, writable: true } as const;

type Inside = Readonly<Record<string, unknown>>;

export class Packer<T> {
  readonly #own: Own<T>;
  readonly #shapes = new Interner<Shape>();
  readonly #longTexts = new Interner<LongText>();
  readonly #templates = new LruMap<Shape, Template>(TEMPLATES);
  #numbers = 0;

  constructor(own: Own<T>) {
    this.#own = own;
  }

  pack(value: T): Packed {
    const own: unknown[] = [];
    const longTexts: LongText[] = [];
    const text = JSON.stringify(this.#mark(value, this.#own, own, longTexts));
    const shape = this.#shapes.get(text, () => ({ text, longTexts }));
    return { shape, own: JSON.stringify(own) };
  }

  unpack({ shape, own }: Packed): T {
    return fill(this.#template(shape), JSON.parse(own) as readonly unknown[]) as T;
  }

  #template(shape: Shape): Template {
    const template = this.#templates.get(shape) ?? templateOf(shape);
    if (shape.text.length <= MOST_TEMPLATE_TEXT) this.#templates.set(shape, template);
    return template;
  }

  /** A copy of `value` in which marks stand for some values; those go to `own` and `longTexts`. */
  #mark(value: unknown, ownInside: unknown, own: unknown[], longTexts: LongText[]): unknown {
    if (value === undefined) return UNDEFINED;
    if (ownInside === true) {
      own.push(value);
      return OWN;
    }
    if (typeof value === 'string') {
      if (value.length > LONG) return this.#longText(value, longTexts);
      return value.startsWith(SIGN) ? SIGN + value : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const items: readonly unknown[] = value;
      return items.map((item) => this.#mark(item, ownInside, own, longTexts));
    }
    const members = value as Inside;
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(members)) {
      const marked = this.#mark(members[key], (ownInside as Inside | undefined)?.[key], own, longTexts);
      // Assigning to it would change what the object is, since every object inherits it.
      if (key === '__proto__') Object.defineProperty(copy, key, { ...MEMBER, value: marked });
      else copy[key] = marked;
    }
    return copy;
  }

  #longText(text: string, longTexts: LongText[]): string {
    const longText = this.#longTexts.get(text, () => ({ number: ++this.#numbers, text }));
    longTexts.push(longText);
    return `${LONG_TEXT}${longText.number}`;
  }
}
