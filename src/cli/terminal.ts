/** The streams and the time that commands use, as a dependency so that tests can look at what a person would see. */
import type { Readable } from 'node:stream';
import { visible, visibleLines } from '../core/audit/quote.ts';
import type { KernelReader } from '../kernel/kernel.ts';
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
  /** Opens what reads this machine's kernel, loaded when needed; undefined where there is none. */
  readonly openKernel?: (() => Promise<KernelReader>) | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Screen {
  /** At this moment: people resize their windows. */
  size(): Size;
}

/** What commands print to. */
export interface Terminal extends Omit<Streams, 'out'> {
  /** Data, for people or programs. */
  out(text: string | StyledText): void;
  /** Everything that is not data. */
  err(text: string): void;
  /** A line on standard error that takes the place of the one before; an empty one leaves none. */
  transient(line: string): void;
  /** Lines on the screen that take the place of those drawn before. All of them fit on it, each in its columns. */
  redraw(lines: readonly (string | StyledText)[]): void;
}

/** To the beginning of the line, and clear it. */
const ANEW = '\r\u001b[K';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';
const CLEAR = '\u001b[2J\u001b[H';

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
    redraw: redrawer(streams),
  };
}

/** Over what is there rather than on a cleared screen, which would flicker. */
function redrawer(streams: Streams): Terminal['redraw'] {
  let drawn = 0;
  let at: Size | undefined;
  return (lines) => {
    const now = streams.screen?.size();
    // A terminal that was resized has moved what was drawn.
    const moved = now?.columns !== at?.columns || now?.rows !== at?.rows;
    const start = drawn === 0 ? '' : moved ? CLEAR : `\u001b[${drawn}A\r`;
    streams.out(start + lines.map((line) => `${encode(line)}${REST_OF_LINE}\n`).join('') + REST_OF_SCREEN);
    drawn = lines.length;
    at = now;
  };
}

/** What a command ends with; see the contract in docs/command-line.md. */
export const EXIT = { good: 0, discrepant: 1, usage: 2, unknown: 3 } as const;
