/**
 * Whether what a page shows of a command's output is what the command prints. A line `...` stands for any lines, and `...`
 * after a space at the end of a line for any rest of it; empty lines at the end do not count.
 */

/** What is wrong, in a sentence; undefined where the page shows what is printed. */
export function shownWrongly(shown: string, printed: string): string | undefined {
  const expected = linesOf(shown);
  const actual = linesOf(printed);
  let at = 0;
  let skips = false;
  for (const line of expected) {
    if (line === '...') {
      skips = true;
      continue;
    }
    const found = actual.findIndex((each, index) => index >= at && isShownAs(each, line));
    if (found === -1 || (!skips && found > at)) {
      return `shows "${line}" where it prints ${at < actual.length ? `"${actual[at] ?? ''}"` : 'nothing'}`;
    }
    at = found + 1;
    skips = false;
  }
  if (at < actual.length && !skips) return `does not show "${actual[at] ?? ''}"`;
  return undefined;
}

function isShownAs(printed: string, shown: string): boolean {
  return printed === shown || (shown.endsWith(' ...') && printed.startsWith(shown.slice(0, -' ...'.length)));
}

function linesOf(text: string): readonly string[] {
  const lines = text.trimEnd();
  return lines === '' ? [] : lines.split('\n');
}
