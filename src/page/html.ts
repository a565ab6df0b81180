/**
 * HTML as a value: what is put into a template is escaped, unless it is Html already, so no foreign text can become markup.
 *
 * Guarantees: the same for attributes in double quotes; what is not seen and may be obeyed, such as a change of direction,
 * is spelled out. Limits: not for the insides of script and style elements, nor for URLs of foreign schemes.
 */
import { visibleLines } from '../core/audit/quote.ts';

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `false` and undefined are nothing. */
export type Part = Html | string | number | false | undefined | readonly Part[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    unindented(strings)
      .map((text, index) => text + print(parts[index]))
      .join(''),
  );
}

const known = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The indentation of our own source is nothing to send, thousands of rows of it. */
function unindented(strings: TemplateStringsArray): readonly string[] {
  const texts = known.get(strings) ?? strings.map((text) => text.replace(/\n */g, '\n'));
  known.set(strings, texts);
  return texts;
}

function print(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(print).join('');
  return escape(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return visibleLines(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
