/** Foreign text inside our own sentences and commands. */

const LONGEST_QUOTE = 160;

/** In double quotes, control characters escaped and long text cut, so that it can end neither the line nor the quote. */
export function quote(text: string): string {
  return JSON.stringify(text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}...`);
}

/**
 * What is not seen and may be obeyed: control and format characters (of both directions and of no width among them),
 * what ends a line, and halves of characters, which no encoding can hold. Line breaks are left to the second one's user.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const UNSEEN_IN_LINES = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** As one line that can drive neither a log nor a terminal: `\u{1b}` for what is not seen. */
export function visible(text: string): string {
  return text.replace(UNSEEN, braced);
}

/** The same for text whose line breaks are our own, with escapes that its reader understands. */
export function visibleLines(text: string, escape: (character: string) => string = braced): string {
  return text.replace(UNSEEN_IN_LINES, escape);
}

/** The same for JSON. Line breaks of the layout stay; those in texts are escapes already. */
export function visibleJson(json: string): string {
  return visibleLines(json, (character) => {
    return character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  });
}

function braced(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** `a`, `a and b`, `a, b and c`; long lists end in how many more there are. */
export function enumerate(items: readonly string[], most = 8): string {
  return enumerateAs(items, (item) => item, most);
}

/** The same for what has yet to be put into words, of which no more are made than are shown. */
export function enumerateAs<T>(items: readonly T[], say: (item: T) => string, most = 8): string {
  const first = items.slice(0, most).map(say);
  const shown = items.length > most ? [...first, `${items.length - most} more`] : first;
  if (shown.length <= 1) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.slice(-1).join('')}`;
}

/** One word for a POSIX shell. Names of Kubernetes objects pass as they are; anything else is quoted. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `container a runs` or `containers a and b run` */
export function containersRun(names: readonly string[]): string {
  return names.length === 1 ? `container ${names.join()} runs` : `containers ${enumerate(names)} run`;
}
