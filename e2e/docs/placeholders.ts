/** What readers put in the place of words in capitals: the one place where these are filled in. */

export interface Placeholders {
  readonly NAMESPACE: string;
  readonly POD: string;
  readonly IMAGE: string;
}

/** A word of its own or after `=`; not a heading of kubectl's columns, which a colon follows. */
const PLACEHOLDER = /(?<=^|[\s=/])(?:NAMESPACE|POD|IMAGE)(?=\s|$)/g;

export function filledIn(command: string, values: Placeholders): string {
  return command.replace(PLACEHOLDER, (name) => values[name as keyof Placeholders]);
}
