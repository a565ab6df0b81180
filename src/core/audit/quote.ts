/** Foreign text inside our own sentences and commands. */

const LONGEST_QUOTE = 160;

/** In double quotes, control characters escaped and long text cut, so that it can end neither the line nor the quote. */
export function quote(text: string): string {
  return JSON.stringify(text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}...`);
}

/** Control and format characters as escapes, so that text can drive neither a log nor a terminal. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** `a`, `a and b`, `a, b and c`; long lists end in how many more there are. */
export function enumerate(items: readonly string[], most = 8): string {
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
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
