/**
 * Replaces `$NAME` and `${NAME}` by the value of a variable of the container.
 *
 * Limits: every other expansion with `$` is not understood, and so is a variable that the pod does not define (the image
 * may) or whose value the shell would split or match against file names.
 */
import { beyondShell, type Stop } from './shell-tokens.ts';
import { unknownVariable } from './variables.ts';

/** The variables of a container; undefined is the value of one that holds an address which is not known here. */
export type Environment = ReadonlyMap<string, string | undefined>;

export type Expansion = { readonly text: string; readonly end: number } | Stop;

/** `at` is the offset of the `$`. Between double quotes and in a here-document the value stays in one piece. */
export function expandAt(
  text: string,
  at: number,
  environment: Environment,
  place: 'unquoted' | 'quoted',
): Expansion {
  const pattern = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/y;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  const name = found?.[1] ?? found?.[2];
  if (found === null || name === undefined) {
    return beyondShell('an expansion with $', at);
  }
  if (!environment.has(name)) {
    return beyondShell(`the variable ${name}, which the pod does not define`, at);
  }
  const end = at + found[0].length;
  const value = environment.get(name);
  if (value === undefined) return { text: unknownVariable(name), end };
  if (value.includes('\0') || (place === 'unquoted' && /[\s*?[\\]/.test(value))) {
    return beyondShell(`the value of the variable ${name}`, at);
  }
  return { text: value, end };
}
