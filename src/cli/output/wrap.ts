/**
 * Text in lines of a given width.
 *
 * Limits: a character counts as one column, also where a terminal gives it two or none.
 */

/**
 * Breaks after spaces and commas, and within a word only when it is longer than a line. All lines but the first begin
 * with `hanging`.
 */
export function wrap(text: string, width: number, hanging = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let room = width;
  for (const word of text.split(/(?<=[ ,])/).flatMap((long) => pieces(long, width - hanging.length))) {
    if (line !== '' && line.length + word.trimEnd().length > room) {
      lines.push(line);
      line = '';
      room = width - hanging.length;
    }
    line += word;
  }
  return [...lines, line].map((each, i) => `${i === 0 ? '' : hanging}${each}`.trimEnd());
}

/** The text in pieces of `length`; no character is cut in two. */
function pieces(text: string, length: number): readonly string[] {
  if (text.trimEnd().length <= length) return [text];
  const characters = Array.from(text);
  const found: string[] = [];
  for (let i = 0; i < characters.length; i += length) found.push(characters.slice(i, i + length).join(''));
  return found;
}
