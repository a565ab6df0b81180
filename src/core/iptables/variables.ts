/**
 * Variables of a container whose value is not known here travel through words as `NUL name NUL`: a script cannot hold the
 * character itself, because no program's argument can.
 */

/** Finds the first one; group 1 is its name. */
export const VARIABLE = /\0([A-Za-z_][A-Za-z0-9_]*)\0/;

export function unknownVariable(name: string): string {
  return `\0${name}\0`;
}

/** `$POD_IP` for a word that holds one, for people. */
export function showVariables(text: string): string {
  return text.replace(/\0([A-Za-z_][A-Za-z0-9_]*)\0/g, '$$$1');
}
