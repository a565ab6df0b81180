/**
 * Splits a line of iptables-restore into words, by rules of its own: only double quotes group, a backslash escapes between
 * them alone, and a closing quote ends the word. undefined when a quote is not closed: then the end of the line is in the word.
 */
export function restoreWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word = '';
  let inWord = false;
  let quoted = false;
  const end = (): void => {
    words.push(word);
    word = '';
    inWord = false;
  };
  for (let i = 0; i < line.length; i += 1) {
    const char = line.charAt(i);
    if (quoted) {
      if (char === '\\' && i + 1 < line.length) {
        i += 1;
        word += line.charAt(i);
      } else if (char === '"') {
        quoted = false;
        end();
      } else word += char;
    } else if (char === '"') {
      quoted = true;
      inWord = true;
    } else if (char === ' ' || char === '\t') {
      if (inWord) end();
    } else {
      word += char;
      inWord = true;
    }
  }
  if (quoted) return undefined;
  if (inWord) end();
  return words;
}
