/** What tests look for in the text of manifests, because a parser would not tell: comments, and numbers within words. */
import { expect } from 'chai';

/**
 * Expects a comment above each line that matches, in its column.
 *
 * @returns how many lines match
 */
export function expectReasons(text: string, entry: RegExp): number {
  const lines = text.split('\n');
  const entries = lines.flatMap((line, at) => (entry.test(line) ? [at] : []));
  for (const at of entries) {
    const column = lines[at]!.search(/\S/);
    expect(lines[at - 1], `above line ${at + 1}`).to.match(new RegExp(`^ {${column}}# `));
  }
  return entries.length;
}

/** The heap that Node may use and the memory limit of the container, in megabytes; NaN where they are not told. */
export function memoryIn(text: string): { readonly heap: number; readonly limit: number } {
  const megabytes = (pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
  return { heap: megabytes(/--max-old-space-size=(\d+)/), limit: megabytes(/limits:\n *memory: (\d+)Mi/) };
}
