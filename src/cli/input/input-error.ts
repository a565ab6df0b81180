/**
 * The one error of reading input: what is wrong, and where, in one line that a person can act on.
 *
 * Guarantees: `message` is a single line without control characters, whatever the file's name or content was, in the
 * form `file:line:column: document 2, items[3]: reason`, with the parts that are known. The original error, if there
 * was one, is the `cause`.
 */

/** Where in the input: `line` and `column` count from 1, `document` from 1, `item` from 0 as in a path. */
export interface Place {
  /** As given on the command line; `-` is standard input. */
  readonly file: string;
  readonly document?: number;
  readonly item?: number;
  readonly line?: number;
  readonly column?: number;
}

const REASON_LENGTH = 300;

export class InputError extends Error {
  override readonly name = 'InputError';
  /** The file as people read it: `standard input` for `-`. */
  readonly file: string;
  readonly document: number | undefined;
  readonly item: number | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The message without the place. */
  readonly reason: string;

  constructor(place: Place, reason: string, cause?: unknown) {
    const line = cut(oneLine(reason));
    super([describePlace(place), line].join(': '), cause === undefined ? undefined : { cause });
    this.file = displayName(place.file);
    this.document = place.document;
    this.item = place.item;
    this.line = place.line;
    this.column = place.column;
    this.reason = line;
  }
}

/** `pods.yaml:12:3: document 2, items[0]`; the first document is not worth a word unless it is a list. */
export function describePlace(place: Place): string {
  const position = [place.line, place.column].filter((part) => part !== undefined);
  const within = [
    place.document !== undefined && place.document > 1 ? `document ${place.document}` : undefined,
    place.item === undefined ? undefined : `items[${place.item}]`,
  ].filter((part) => part !== undefined);
  const start = [oneLine(displayName(place.file)), ...position].join(':');
  return within.length === 0 ? start : `${start}: ${within.join(', ')}`;
}

/** The file's name as people read it; never empty. */
export function displayName(file: string): string {
  if (file === '-') return 'standard input';
  return file === '' ? '""' : file;
}

/** A value from the input, quoted and short enough to stand in a message. */
export function quoted(value: string): string {
  const characters = Array.from(value.slice(0, 200));
  return JSON.stringify(characters.length > 60 ? `${characters.slice(0, 60).join('')}...` : value);
}

/** Control characters and line breaks as \u000a: a message is one line, and no terminal obeys it. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

function cut(text: string): string {
  return text.length > REASON_LENGTH ? `${text.slice(0, REASON_LENGTH)}...` : text;
}
