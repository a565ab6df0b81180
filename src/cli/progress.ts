/**
 * What a command is busy with, on a line of standard error that is gone when it has ended.
 *
 * Guarantees: nothing is written where nobody watches standard error, nor for work that is done within half a second;
 * whatever was written is erased by `end`.
 * Limits: work that lets nobody else in, such as reading one huge document, shows what was said before it.
 */
import process from 'node:process';
import { systemClock, type Clock } from '../kube/clock.ts';
import type { Terminal } from './terminal.ts';

const PATIENCE_MS = 500;
/** A line that changes faster cannot be read, and costs time. */
const BETWEEN_MS = 100;

/** `judging pods: 250 of 1000` */
export type Say = (text: string) => void;

export class Progress {
  readonly #terminal: Pick<Terminal, 'transient'>;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #watched: boolean;
  readonly #ended = new AbortController();
  #text = '';
  #dueAt: number;
  #written = false;

  constructor(
    terminal: Pick<Terminal, 'transient' | 'interactive'>,
    clock: Pick<Clock, 'monotonic' | 'sleep'> = systemClock,
  ) {
    this.#terminal = terminal;
    this.#clock = clock;
    // A dumb terminal cannot erase.
    this.#watched = terminal.interactive && process.env['TERM'] !== 'dumb';
    this.#dueAt = clock.monotonic() + PATIENCE_MS;
    // For work that waits and says nothing meanwhile.
    if (!this.#watched) return;
    void clock.sleep(PATIENCE_MS, this.#ended.signal).then(
      () => this.#write(),
      // The sleep was cut short: the work has ended.
      () => undefined,
    );
  }

  readonly say: Say = (text) => {
    this.#text = text;
    if (this.#watched && this.#clock.monotonic() >= this.#dueAt) this.#write();
  };

  end(): void {
    this.#ended.abort();
    if (this.#written) this.#terminal.transient('');
    this.#written = false;
  }

  #write(): void {
    this.#dueAt = this.#clock.monotonic() + BETWEEN_MS;
    this.#written = true;
    this.#terminal.transient(this.#text);
  }
}
