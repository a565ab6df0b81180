/** The streams and the time that commands use, as a dependency so that tests can look at what a person would see. */
import type { Readable } from 'node:stream';

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

/** What a command ends with; see the contract in docs/command-line.md. */
export const EXIT = { good: 0, discrepant: 1, usage: 2, unknown: 3 } as const;
