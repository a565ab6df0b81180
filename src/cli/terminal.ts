/** The streams and the time that commands use, as a dependency so that tests can look at what a person would see. */
import type { Readable } from 'node:stream';
import { visible, visibleLines } from '../core/audit/quote.ts';
import { encode, type StyledText } from './styled-text.ts';

/** Where what is printed goes, as it is. */
export interface Streams {
  readonly stdin: Readable;
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches standard error. */
  readonly interactive: boolean;
  /** What a person watches standard output on; undefined where nobody does. */
  readonly screen?: Screen | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Screen {
  /** At this moment: people resize their windows. */
  size(): { readonly columns: number; readonly rows: number };
}

/** What commands print to. */
export interface Terminal extends Omit<Streams, 'out'> {
  /** Data, for people or programs. */
  out(text: string | StyledText): void;
  /** Everything that is not data. */
  err(text: string): void;
  /** A line on standard error that takes the place of the one before; an empty one leaves none. */
  transient(line: string): void;
}

/** To the beginning of the line, and clear it. */
const ANEW = '\r\u001b[K';

/**
 * The last gate before people: whatever a command prints, of the characters that drive a terminal only line breaks pass,
 * and what this program itself does with colours and lines, which is made here. Formats that programs read back escape their texts themselves, in their own
 * way.
 */
export function harmless(streams: Streams): Terminal {
  return {
    ...streams,
    out: (text) => streams.out(encode(text)),
    err: (text) => streams.err(visibleLines(text)),
    transient: (line) => streams.err(ANEW + visible(line)),
  };
}

/** What a command ends with; see the contract in docs/command-line.md. */
export const EXIT = { good: 0, discrepant: 1, usage: 2, unknown: 3 } as const;
