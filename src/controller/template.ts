/**
 * What packed values of one shape have in common, ready to be filled with what is a value's own.
 *
 * Guarantees: values made from one template share every part in which nothing is their own; so they are for reading alone.
 */
import { LITERAL, LONG_TEXT, OWN, SIGN, UNDEFINED, type LongText, type Shape } from './marks.ts';

export type Template =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'own' }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | {
      readonly kind: 'object';
      /** All members, in order; those of `varying` are undefined. */
      readonly members: Members;
      readonly varying: readonly (readonly [key: string, template: Template])[];
    };

type Members = Readonly<Record<string, unknown>>;

export function templateOf({ text, longTexts }: Shape): Template {
  return template(JSON.parse(text), longTexts);
}

/** @param own what is the value's own, in the order of the marks */
export function fill(filled: Template, own: readonly unknown[]): unknown {
  let used = 0;
  const make = (part: Template): unknown => {
    switch (part.kind) {
      case 'constant':
        return part.value;
      case 'own':
        return own[used++];
      case 'list':
        return part.items.map(make);
      case 'object': {
        const members: Record<string, unknown> = { ...part.members };
        for (const [key, inside] of part.varying) members[key] = make(inside);
        return members;
      }
    }
  };
  return make(filled);
}

function template(marked: unknown, longTexts: readonly LongText[]): Template {
  if (typeof marked === 'string') {
    return marked === OWN ? { kind: 'own' } : { kind: 'constant', value: unmarked(marked, longTexts) };
  }
  if (typeof marked !== 'object' || marked === null) return { kind: 'constant', value: marked };
  if (Array.isArray(marked)) {
    const items = marked.map((item) => template(item, longTexts));
    if (items.every(isConstant)) return { kind: 'constant', value: items.map(({ value }) => value) };
    return { kind: 'list', items };
  }
  const varying: (readonly [string, Template])[] = [];
  const members = marked as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    const inside = template(members[key], longTexts);
    // An own member of the name __proto__, as JSON.parse makes it, can be assigned to like any other.
    members[key] = isConstant(inside) ? inside.value : undefined;
    if (!isConstant(inside)) varying.push([key, inside]);
  }
  return varying.length === 0 ? { kind: 'constant', value: members } : { kind: 'object', members, varying };
}

function isConstant(part: Template): part is Extract<Template, { kind: 'constant' }> {
  return part.kind === 'constant';
}

function unmarked(text: string, longTexts: readonly LongText[]): unknown {
  if (!text.startsWith(SIGN)) return text;
  if (text === UNDEFINED) return undefined;
  if (text.startsWith(LITERAL)) return text.slice(SIGN.length);
  const number = Number(text.slice(LONG_TEXT.length));
  return longTexts.find((candidate) => candidate.number === number)?.text;
}
