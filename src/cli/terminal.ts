/** The streams and the time that commands use, as a dependency so that tests can look at what a person would see. */
import type { Readable } from 'node:stream';
import { visibleLines } from '../core/audit/quote.ts';

export interface Terminal {
  readonly stdin: Readable;
  /** Data, for people or programs. */
  out(text: string): void;
  /** Everything that is not data. */
  err(text: string): void;
  /** Whether a person watches standard error. */
  readonly interactive: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * The last gate before people: whatever a command prints, of the characters that drive a terminal only line breaks pass.
 * Formats that programs read back escape their texts themselves, in their own way.
 */
export function harmless(terminal: Terminal): Terminal {
  return {
    ...terminal,
    out: (text) => terminal.out(visibleLines(text)),
    err: (text) => terminal.err(visibleLines(text)),
  };
}

/** What a command ends with; see the contract in docs/command-line.md. */
export const EXIT = { good: 0, discrepant: 1, usage: 2, unknown: 3 } as const;
