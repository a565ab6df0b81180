/** A rule on lines that fit into a box: broken between words, and within a word only where it has no end. */

export function wrapRule(text: string, width: number, mostLines: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    for (const piece of pieces(word, width)) {
      const longer = line === '' ? piece : `${line} ${piece}`;
      if (longer.length <= width) {
        line = longer;
        continue;
      }
      lines.push(line);
      // What goes on is set in, so that no line is taken for a rule of its own.
      line = `  ${piece}`;
      if (lines.length === mostLines) return [...lines.slice(0, -1), `${lines.at(-1) ?? ''} ...`];
    }
  }
  return [...lines, line];
}

/** Leaves room for the indent. */
function pieces(word: string, width: number): readonly string[] {
  const room = width - 2;
  if (word.length <= room) return [word];
  return Array.from({ length: Math.ceil(word.length / room) }, (_, index) =>
    word.slice(index * room, (index + 1) * room),
  );
}
